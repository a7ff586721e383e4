/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mean and variance of a stream, without the cancellation of sums of squares: Welford's
 * update, Chan's merge (domain.md 2.2). Pure; zeroed memory is an empty stream.
 */
#pragma once

#include <stdint.h>

struct moments {
    int64_t count;
    double mean;
    double square; /* sum of squared deviations from the mean */
};

void moments_add(struct moments *moments, double value);
void moments_merge(struct moments *moments, const struct moments *other);

/* Of the sample (n - 1); NAN below two values. */
double moments_variance(const struct moments *moments);
double moments_deviation(const struct moments *moments);

/* Exponentially weighted mean and variance: `weight` of the new value, 0 to 1. */
void moments_follow(double *mean, double *variance, double weight, double value);
