/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What really happened in a simulated machine, for tests to compare with what was
 * recorded: one JSON line each. Pure.
 */
#pragma once

#include "daemon/base/text.h"

#define TRUTH_SEGMENTS_MAX 48

/* Where the seconds of a cycle went; domain.md 1.5. */
enum bucket {
    BUCKET_CUT,
    BUCKET_NONCUT,
    BUCKET_CHANGE,
    BUCKET_PROBE,
    BUCKET_AUX,
    BUCKET_HOLD,
    BUCKET_OPTIONAL_STOP,
    BUCKET_PROGRAM_STOP,
    BUCKET_WAIT,
    BUCKET_COUNT,
};

extern const char *const bucket_names[BUCKET_COUNT];

struct segment_truth {
    const char *tool;
    int64_t from_ns, to_ns;
    int64_t cut_ns;
    double load_sum; /* net of air, over the samples of cutting */
    int64_t samples;
    int64_t life_no, age; /* of the edge, before this cycle */
    double wear;          /* 0 fresh … 1 at the end of its life */
};

struct cycle_truth {
    int64_t number; /* from 1 */
    int64_t from_ns, to_ns;
    const char *program;
    const char *kind;    /* "prod" "warmup" "aircut" "mdi" */
    const char *outcome; /* "complete" "aborted" */
    int64_t parts;
    bool scrap;                    /* a tool broke in it */
    int64_t ct100_ns;              /* net at 100 % override */
    int64_t buckets[BUCKET_COUNT]; /* ns; they add up to to_ns - from_ns */
    struct segment_truth segments[TRUTH_SEGMENTS_MAX];
    size_t segment_count;
};

struct measurement_truth {
    const char *feature;
    double value; /* mm */
    double wear_um, heat_um, lot_um, fixture_um, noise_um;
    int64_t cycle;
};

struct event_truth {
    const char *event; /* "hold" "tool_changed" "fault" … */
    const char *text;  /* tool, lot, alarm text; "" when there is none */
    double value;
    double seconds; /* how long it lasts; 0 = a moment */
};

struct heat_truth {
    double spindle_celsius, column_celsius;
    double growth; /* 0 … 1 of what heat can do */
};

enum truth_kind {
    TRUTH_CYCLE_START,
    TRUTH_CYCLE,
    TRUTH_MEASUREMENT,
    TRUTH_EVENT,
    TRUTH_HEAT,
};

struct truth {
    enum truth_kind kind;
    const char *machine;
    int64_t at_ns; /* of the simulated day */
    union {
        const struct cycle_truth *cycle;
        const struct measurement_truth *measurement;
        const struct event_truth *event;
        const struct heat_truth *heat;
    };
};

/* Appends one line. `start_wall_ns` is the wall time at which the simulated day began. */
void truth_print(const struct truth *truth, int64_t start_wall_ns, struct text *text);
