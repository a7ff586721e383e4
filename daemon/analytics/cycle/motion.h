/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine does while time passes (cutting, feeding, override), as totals that
 * can be asked for any recent moment: edges found by polling lie in the past. Pure.
 */
#pragma once

#include "daemon/base/moment.h"

#include <stdbool.h>
#include <stdint.h>

#define MOTION_POINTS 64

enum motion_flag {
    MOTION_CUTTING = 1,
    MOTION_PROBING = 4,
    MOTION_AUX = 8,
    MOTION_FEEDING = 16, /* the feed override has a say */
    MOTION_TURNING = 2,  /* the spindle */
    MOTION_TRIAL = 32,   /* function setup or process development */
    MOTION_RAMP = 64,    /* the spindle: it turns, if this speed lasts */
};

struct motion_totals {
    int64_t cutting, turning, probing, aux, feeding, trial; /* ns */
    int64_t slow;       /* ns with the override below 50 % */
    int64_t changed;    /* ns of feeding with the override off by more than 2 % */
    double gain;        /* integral of (override - 1) over feeding, ns */
    double mean;        /* integral of the override over the time it is known, ns */
    int64_t overridden; /* ns with the override known */
};

struct motion_point {
    int64_t at_ns;
    unsigned flags;
    double ratio;                /* feed override, 1 = 100 %; NAN = not known */
    struct motion_totals totals; /* at at_ns */
};

struct motion {
    struct motion_point points[MOTION_POINTS];
    uint32_t count, newest;
};

/* From `at_ns` on it is so. At or before the newest change, that one is what it is about.
 */
void motion_set(struct motion *motion, int64_t at_ns, unsigned flags, double ratio);

/* Totals at `at_ns`; before the oldest point kept they are those of that point. */
struct motion_totals motion_at(const struct motion *motion, int64_t at_ns);

/* a += until - from */
void motion_add(struct motion_totals *totals, const struct motion_totals *until,
                const struct motion_totals *from);
