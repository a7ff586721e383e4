/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shifts, days and runs as sums of elements: opened by the calendar or by people, written
 * when they end, and written again, with the same time, when something about them becomes
 * known later. Pure; no pointers in struct kpi_windows, so it is saved as it stands.
 */
#pragma once

#include "daemon/analytics/cycle/calendar.h"
#include "daemon/analytics/kpi/elements.h"

#define KPI_WINDOWS_KEPT 4 /* of each kind; older ones are not corrected any more */

enum kpi_window_kind {
    KPI_SHIFT,
    KPI_DAY,
    KPI_RUN,
    KPI_KINDS,
};

struct kpi_window {
    bool is_used, is_written;
    int64_t from_ns, to_ns; /* INT64_MAX while a run lasts */
    int64_t run_seq;
    char label[RECORD_NAME_MAX];
    struct kpi_elements sum; /* without POT, PBT and orders that last */
};

struct kpi_windows {
    struct kpi_window kept[KPI_KINDS][KPI_WINDOWS_KEPT];
    uint32_t newest[KPI_KINDS];
    int64_t look_ns;  /* when a shift or day can begin or end next; 0 = nothing seen */
    int64_t first_ns; /* when watching began */
};

/* Where a window goes when it is over, or was corrected. */
struct kpi_writer {
    void *owner;
    void (*write)(void *owner, enum kpi_window_kind kind, struct kpi_window *window);
};

/* Time has come to `now_ns`: opens windows, writes those that are over. */
void kpi_windows_advance(struct kpi_windows *windows, const struct calendar *calendar,
                         int64_t now_ns, const struct kpi_writer *writer);

/* Something that ends at `to_ns` is about to be added: what ended before is written. */
void kpi_windows_reach(struct kpi_windows *windows, const struct calendar *calendar,
                       int64_t to_ns, const struct kpi_writer *writer);

void kpi_windows_start_run(struct kpi_windows *windows, int64_t at_ns, int64_t run_seq,
                           const char *label, const struct kpi_writer *writer);
void kpi_windows_stop_run(struct kpi_windows *windows, int64_t at_ns);
bool kpi_windows_in_run(const struct kpi_windows *windows);
bool kpi_windows_know_runs(const struct kpi_windows *windows);

/* What happened from `from_ns` to `to_ns`, spread evenly: each window gets the share that
 * lies in it and in planned busy time. A `sign` of -1 takes it back. */
void kpi_windows_spread(struct kpi_windows *windows, const struct calendar *calendar,
                        int64_t from_ns, int64_t to_ns, const struct kpi_elements *whole,
                        double sign);

/* What happened at one time: parts. */
void kpi_windows_count(struct kpi_windows *windows, int64_t at_ns,
                       const struct kpi_elements *counted, double sign);

/* Writes again what was written and has changed since `before` was copied. */
void kpi_windows_rewrite(struct kpi_windows *windows, const struct kpi_windows *before,
                         const struct kpi_writer *writer);

/* The share of a window in what lasted from `from_ns` to `to_ns`. */
double kpi_window_share(const struct kpi_window *window, const struct calendar *calendar,
                        int64_t from_ns, int64_t to_ns);

/* Seconds of the overlap, planned or not. */
double kpi_window_overlap(const struct kpi_window *window, int64_t from_ns,
                          int64_t to_ns);
