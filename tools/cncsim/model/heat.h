/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A spindle and a column that warm up: first-order lags of the heat input
 * (domain.md 4.2), discretised exactly, so any step length gives the same curve. Pure.
 */
#pragma once

struct heat_plan {
    double ambient;       /* degC */
    double spindle_rise;  /* K at full heat input */
    double spindle_tau_s; /* warming; cooling takes 1.6 times as long */
    double column_rise;
    double column_tau_s;
};

/* Each in 0 … 1: share of the rise at full heat input. */
struct heat {
    double spindle;
    double column;
};

/* `input` in 0 … 1 has acted for `seconds`. */
void heat_advance(struct heat *heat, const struct heat_plan *plan, double input,
                  double seconds);

double heat_spindle_celsius(const struct heat *heat, const struct heat_plan *plan);
double heat_column_celsius(const struct heat *heat, const struct heat_plan *plan);
