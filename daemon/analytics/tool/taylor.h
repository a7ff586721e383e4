/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taylor's law of tool life, V T^n = C: domain.md 3.8. Pure. Speeds in m/min, lives in
 * min.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct taylor {
    double exponent; /* n: 0.125 high speed steel, 0.25 carbide, 0.6 ceramic */
    double constant; /* C: the speed at which an edge lives one minute */
    double correlation;
};

/* Through two points exactly. */
struct taylor taylor_through(double speed, double life, double other_speed,
                             double other_life);

/* Regression of ln V on ln T. False below three speeds or a ratio of speeds below 1.3. */
bool taylor_fit(const double *speeds, const double *lives, size_t count,
                struct taylor *ret_taylor);

double taylor_life(const struct taylor *taylor, double speed);
double taylor_speed(const struct taylor *taylor, double life);

/* By what an expected life is multiplied when the speed changes from `old` to `new`. */
double taylor_factor(double exponent, double old_speed, double new_speed);
