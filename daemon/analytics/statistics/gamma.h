/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The incomplete gamma function, and chi squared made of it (domain.md 9.2). Pure.
 */
#pragma once

/* P(shape, x), the regularised lower incomplete gamma function; shape > 0, x >= 0. */
double gamma_below(double shape, double x);

/* P(X <= x) of chi squared with `degrees` of freedom. */
double chi2_below(double x, double degrees);

/* The x that `share` lies below, 0 <= share < 1. */
double chi2_quantile(double share, double degrees);
