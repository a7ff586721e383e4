/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The incomplete beta function, and Student's t and Fisher's F made of it (domain.md
 * 9.2). Pure.
 */
#pragma once

/* I_x(a, b), regularised; 0 <= x <= 1, a and b > 0. */
double beta_below(double x, double a, double b);

/* The x at which I_x(a, b) is `share`. */
double beta_quantile(double share, double a, double b);

/* Student's t; `degrees` need not be whole. */
double t_below(double t, double degrees);
double t_quantile(double share, double degrees);

/* P(|T| > |t|), exact where it is tiny. */
double t_two_sided(double t, double degrees);

/* Fisher's F. f_above() is exact where it is tiny. */
double f_below(double f, double over, double under);
double f_above(double f, double over, double under);
double f_quantile(double share, double over, double under);
