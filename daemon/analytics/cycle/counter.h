/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of a part counter means: domain.md 1.4. Pure.
 */
#pragma once

#include "daemon/base/moment.h"

#include <stdbool.h>

enum counter_change {
    COUNTER_FIRST, /* the first value ever: nothing is known of what it counted */
    COUNTER_SAME,
    COUNTER_INCREMENT,
    COUNTER_WRAP,
    COUNTER_RESET,  /* zeroed, then counted */
    COUNTER_PRESET, /* somebody typed a number */
    COUNTER_WAITS,  /* a big jump that the next poll must confirm */
};

struct counter {
    bool is_known, has_candidate;
    int64_t value, candidate;
    int64_t changed_ns; /* monotonic */
    struct moment candidate_at;
};

struct counter_rules {
    int64_t modulus;     /* 0 = does not wrap */
    int64_t per_cycle;   /* at least 1 */
    int64_t due;         /* parts that are expected now; 0 = nothing more than usual */
    int64_t shortest_ns; /* credible cycle, above 0 */
    bool confirms; /* polled: jumps need a second sighting, torn reads do not count */
};

struct counter_step {
    enum counter_change change;
    int64_t parts;
    struct moment at; /* when it was first seen */
    int64_t from, to;
};

/* `is_reset`: the source announces that it was reset. */
struct counter_step counter_observe(struct counter *counter,
                                    const struct counter_rules *rules, int64_t value,
                                    struct moment at, bool is_reset);

/* Forgets the value: the next one is COUNTER_FIRST. */
void counter_forget(struct counter *counter);
