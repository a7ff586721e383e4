/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Straight lines through points: least squares for what is known to be clean, Theil-Sen
 * for what is not (domain.md 3.4). Pure.
 */
#pragma once

#include <stddef.h>

#define LINE_POINTS_MAX 64 /* of Theil-Sen: its slopes are all kept at once */

struct line {
    double slope, intercept;
    double u_slope;   /* standard error, least squares only; NAN below 3 points */
    double deviation; /* of the residuals; NAN below 3 points */
    double correlation;
};

/* All NAN when there are fewer than 2 points or all have the same x. */
struct line line_fit(const double *x, const double *y, size_t count);

/* Weights >= 0; NULL = all 1. Errors assume weights are 1 / variance up to a factor. */
struct line line_fit_weighted(const double *x, const double *y, const double *weight,
                              size_t count);

/* Median of all pairwise slopes, of the newest LINE_POINTS_MAX points; the intercept is
 * the median of y - slope x. */
struct line line_theil_sen(const double *x, const double *y, size_t count);
