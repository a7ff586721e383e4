/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact order statistics of small arrays (domain.md 2.3). Pure. Functions that sort say
 * so and leave the array sorted; the others are given a sorted one.
 */
#pragma once

#include <stddef.h>

/* A median absolute deviation times this is a standard deviation, for normal values. */
#define MAD_TO_SIGMA 1.4826

void order_sort(double *values, size_t count);

/* Linear between neighbours (type 7, as R and numpy do); NAN when there are none. */
double order_quantile(const double *sorted, size_t count, double share);

/* Sorts. NAN when there are none. */
double order_median(double *values, size_t count);

struct robust {
    double median;
    double sigma; /* 1.4826 MAD, not floored */
};

/* Median and MAD; the array is destroyed. NAN when there are none. */
struct robust order_robust(double *values, size_t count);
