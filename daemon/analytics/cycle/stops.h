/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path was doing, as intervals without holes: the state records, and the reason of
 * every second that no cycle used (domain.md 1.8). Pure.
 *
 * A record is written when an interval begins, again with its duration when it ends, and
 * again when its reason becomes known; always with the time of its beginning.
 */
#pragma once

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/cycle/outlet.h"

#define STOPS_KEPT 32
#define STOPS_LONG 96
#define STOP_TEXT  64

struct stop {
    struct moment at;
    int64_t duration_ns; /* -1 while it lasts */
    int64_t gap_no;      /* of the gap it belongs to; 0 = inside a cycle */
    int64_t run_seq, lot_seq, fixture_seq;
    enum execution state;
    enum reason reason;
    bool is_explained; /* by a person: nothing overwrites it */
    char text[STOP_TEXT];
};

/* What is known of the gap that lasts. */
struct gap_facts {
    bool no_data, fault, setup, maintenance, bar, waiting, tool;
    bool has_door;
    int64_t manual_ns; /* running by hand */
    int64_t open_ns;   /* door or chuck open, or waiting for a part */
    int64_t setup_ns, maintenance_ns;
    char text[STOP_TEXT]; /* the first alarm's code, the reason it waited for */
};

struct stops {
    struct stop kept[STOPS_KEPT];
    uint32_t count, newest;
    struct stop older[STOPS_LONG]; /* of a minute and more: people explain them later */
    uint32_t older_count;          /* so many were put there, one after the other */
    int64_t gap_no;                /* of the gap that lasts or the last one */
    bool in_gap;
    struct moment gap_at;
    struct gap_facts facts;
    double lengths[31]; /* of the last gaps no longer than a minor stop, s */
    uint32_t length_count;
};

/* From `at` on the path is in `state`. */
void stops_change(struct stops *stops, const struct outlet *outlet, struct moment at,
                  enum execution state);

/* The interval that lasts, inside a cycle, has this reason. */
void stops_blame(struct stops *stops, enum reason reason);

void stops_begin_gap(struct stops *stops, struct moment at);

struct pause {
    bool is_known;
    double seconds, load; /* the part of it that was loading */
    enum reason reason;
};

/* Call before stops_change() to what follows the gap. */
struct pause stops_end_gap(struct stops *stops, const struct outlet *outlet,
                           const struct cycle_options *options, struct moment at);

/* Longest gap that counts as loading, s. */
double stops_load_threshold(const struct stops *stops,
                            const struct cycle_options *options);

/* When the interval that lasts began; zero when there is none. */
struct moment stops_since(const struct stops *stops);

/* A person says why; returns whether a stop at that time is remembered: it is one of the
 * newest, or one of the newest that lasted. */
bool stops_explain(struct stops *stops, const struct outlet *outlet, struct moment about,
                   const char *text);

/* The median, and any other share, of up to 31 numbers. */
double stops_quantile(const double *numbers, uint32_t count, double share);
