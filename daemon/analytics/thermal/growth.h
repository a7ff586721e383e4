/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First-order growth and decay: what a body that is heated does (domain.md 4.2, 4.3).
 * Pure. Times in seconds; a state is in whatever unit its target is in.
 */
#pragma once

#include <stdbool.h>

/* Cooling is slower than warming: no rotation and no coolant (domain.md 4.4). */
#define GROWTH_COOLING 1.5

/* The state after `seconds` at a constant `target`; exact for any step. */
double growth_step(double state, double target, double tau_s, double seconds);

/* As growth_step(), with tau GROWTH_COOLING times longer on the way down. */
double growth_step_slower_down(double state, double target, double tau_s, double seconds);

/* How far below itself a state is after a stop of `seconds`: 0 or negative. */
double growth_restart_shift(double state, double cooling_tau_s, double seconds);

/* Until a distance has shrunk to `within`; 0 when it has already. */
double growth_time_within(double distance, double within, double tau_s);

/* Until the change over a coming `window_s` is below `limit`. */
double growth_time_stable(double distance, double limit, double window_s, double tau_s);

/* ISO 230-3's end of a spindle test: the last hour's change is 15 % of the first's. */
double growth_time_iso(double tau_s);

/* Time constant and end of a curve through three values `step_s` apart; false if it is
 * not one that settles. */
bool growth_fit(const double values[3], double step_s, double *ret_tau_s,
                double *ret_end);
