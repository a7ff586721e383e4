/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a spindle turn, by its speed? A ramp up or down, and a spindle that drifts, are no
 * turning; a tap at a twentieth of the highest speed is. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct turning {
    double speed; /* rpm, without sign; NAN = not known */
    bool turns;
    bool is_repeated; /* read at intervals: a speed that lasts is told again */
    unsigned alike;   /* values in a row that were */
    int64_t slow_ns;  /* since then slow, and perhaps a ramp; 0 = not */
};

void turning_init(struct turning *turning);

/*
 * Takes a speed (rpm, NAN = not known) of the moment `at_ns`; `top` is the highest of the
 * machine. Returns since when it turned without having been known to: a moment before
 * `at_ns`, or 0.
 */
int64_t turning_observe(struct turning *turning, int64_t at_ns, double speed, double top);
