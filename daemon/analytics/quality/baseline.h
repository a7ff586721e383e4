/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pilot showed of one metric: screened mean and deviation (domain.md 2.4). Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PILOT_MAX 500 /* a pilot is bounded by definition; it is kept exactly */

struct baseline {
    int64_t count;   /* that made the mean, after screening; 0 = there is none */
    int64_t dropped; /* beyond 3.5 robust sigmas */
    double mean, sigma;
    double median, robust_sigma, p05, p95;
    double lag1;       /* autocorrelation */
    double poll_sigma; /* what polling adds to a duration, 1 sigma */
    int64_t frozen_ns; /* wall */
};

/*
 * From the pilot's values in their order; at most PILOT_MAX. `resolution` is the least
 * deviation that can be believed, from polling or quantisation; 0 = not known.
 */
struct baseline baseline_learn(const float *values, size_t count, double resolution);

/* (value - mean) / sigma, made smaller where values follow each other. */
double baseline_z(const struct baseline *baseline, double value);
