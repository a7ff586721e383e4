/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One machine: the order in which the analytics see a sample. Pure: same samples, same
 * records, byte for byte, whatever the tick rate and however batches are split; a
 * restored tracker continues as if it had never stopped.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/model/sample.h"
#include "daemon/model/statement.h"

struct tracker;
struct cycle_options;    /* analytics/cycle/cycle_options.h */
struct tool_options;     /* analytics/tool/tool_options.h */
struct thermal_options;  /* analytics/thermal/thermal_options.h */
struct part_options;     /* analytics/run/part_options.h */
struct calendar_options; /* analytics/cycle/calendar_options.h */
struct kpi_options;      /* analytics/kpi/kpi_options.h */
struct alarm_rate;
struct quality_options; /* analytics/quality/quality_options.h */

struct tracker_options {
    const char *cell;
    const char *machine;
    const struct cycle_options *cycle;
    const struct tool_options *tools;
    const struct thermal_options *thermal;
    const struct calendar_options *calendar;
    const struct kpi_options *kpi;
    const struct quality_options *quality;
    const struct part_options *parts;
    size_t part_count;
};

/* Options are borrowed for the tracker's life. Memory is taken here and never again. */
int tracker_create(const struct tracker_options *options, struct tracker **ret_tracker);
void tracker_destroy(struct tracker *tracker);

void tracker_observe(struct tracker *tracker, const struct sample *sample,
                     const struct record_sink *out);
void tracker_advance(struct tracker *tracker, struct moment now,
                     const struct record_sink *out);
void tracker_tell(struct tracker *tracker, const struct statement *statement,
                  const struct record_sink *out);

/* The context records are stamped with now. */
const struct context *tracker_context(const struct tracker *tracker);

/* The run that is on, as far as it has come. */
struct run_view {
    bool is_running;
    struct moment started;
    int64_t target; /* RECORD_UNKNOWN = none */
    int64_t parts, good;
};

struct run_view tracker_run(const struct tracker *tracker);

/* How often the charts called for nothing (analytics/quality/alarm_rate.h). */
const struct alarm_rate *tracker_alarm_rate(const struct tracker *tracker);

/* What each path does now: PATHS_MAX rows (analytic.h), [0] is path 1. */
struct path_view;
const struct path_view *tracker_paths(const struct tracker *tracker);

/* Appends the whole state to `text` as bytes. */
void tracker_save(const struct tracker *tracker, struct text *text);

/* Returns 0, or -EPROTO when the bytes are of another version or not ours: start afresh.
 */
int tracker_restore(struct tracker *tracker, const void *bytes, size_t length);
