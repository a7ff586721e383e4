/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From which level on a spindle's current, load, power or speed means "running": learned
 * from a histogram (domain.md 1.2, source 4). Pure.
 */
#pragma once

#include "daemon/model/sample.h"

#define SPINDLE_BINS 64

struct spindle_level {
    enum signal signal; /* the one that is used */
    bool has_signal, is_known;
    bool rests; /* idle draws next to nothing: then the spindle stands */
    double idle, on, off;
    double least, most, previous; /* most grows in doublings: bins merge */
    double noise;                 /* mean absolute step while nothing changes */
    double unrest;                /* mean absolute step, changes of level included */
    uint32_t seen;
    uint32_t zeros; /* seen, but not in the bins */
    uint32_t bins[SPINDLE_BINS];
};

void spindle_level_init(struct spindle_level *level);

/* A speed needs no learning: anything that turns. */
void spindle_level_observe(struct spindle_level *level, enum signal signal, double value);
