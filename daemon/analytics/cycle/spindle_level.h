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
    bool rests;                  /* idle draws next to nothing: then the spindle stands */
    double idle, on, off, apart; /* apart: the middle cut above idle */
    double least, most, previous; /* most grows in doublings: bins merge */
    double noise;                 /* mean absolute step while nothing changes */
    double unrest;                /* mean absolute step, changes of level included */
    uint32_t seen;
    uint32_t zeros;      /* seen, but not in the bins */
    uint32_t low, still; /* values below off, and those that are next to nothing */
    bool dips, trembles, has_stood; /* between: falls, fell and rose; came to nothing */
    uint32_t bins[SPINDLE_BINS];
};

void spindle_level_init(struct spindle_level *level);

/* A speed needs no learning: anything that turns. */
void spindle_level_observe(struct spindle_level *level, enum signal signal, double value);

/* A value heard before the levels were known, oldest first, and the one before it. */
void spindle_level_recall(struct spindle_level *level, double value, double before);

/*
 * Does it tell a spindle that runs down from one that stands? A drive that reckons power
 * as torque times speed shows nothing at rest and trembles a little while it turns. Then
 * the spindle turns from spindle_level_turns on, otherwise only what draws is known.
 */
bool spindle_level_sees_turning(const struct spindle_level *level);
double spindle_level_turns(const struct spindle_level *level);
