/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shewhart's control limits (Montgomery, Introduction to Statistical Quality Control).
 * Pure.
 */
#pragma once

#include <stddef.h>

/* Mean deviation of samples of `size` normal values, in sigmas; 2 and more. */
double limits_c4(size_t size);

/* Mean and deviation of their range, in sigmas; `size` 2 to 10, else NAN. */
double limits_d2(size_t size);
double limits_d3(size_t size);

struct limits {
    double center, lower, upper;
};

/* Of means of `size` values, when one value's deviation is `sigma`. */
struct limits limits_mean(double mean, double sigma, size_t size);

/* Of ranges and deviations of `size` values; never below 0. */
struct limits limits_range(double mean_range, size_t size);
struct limits limits_deviation(double mean_deviation, size_t size);

/* Of single values, from the mean distance of neighbours. */
struct limits limits_single(double mean, double mean_moving_range);

/* Of counts of defects (c chart). */
struct limits limits_count(double mean_count);
