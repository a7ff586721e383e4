/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are two or more samples the same: on average, closely enough, in spread, in shape
 * (domain.md 2.6)? Pure. What cannot be computed is NAN.
 */
#pragma once

#include "daemon/analytics/statistics/moments.h"

#include <stddef.h>

/* Welch's t test of `after` against `before`: variances need not be equal. */
struct welch {
    double difference; /* of the means, after - before */
    double error;      /* its standard error */
    double t, degrees; /* Welch-Satterthwaite */
    double p;          /* two-sided */
};

struct welch compare_means(const struct moments *before, const struct moments *after);

/* The difference lies within +- this with confidence `level` (0.95), around itself. */
double compare_margin(const struct welch *welch, double level);

/* TOST: p of "the means are `margin` or more apart"; below 0.05 = equivalent. */
double compare_equivalence(const struct welch *welch, double margin);

/* Values a group needs so that TOST shows equivalence at a true difference of 0, with
 * power 0.9 and p 0.05. */
double compare_needed(double deviation, double margin);

struct test {
    double statistic, p;
};

/* Ratio of variances, after / before, two-sided; for display: it trusts normality. */
struct test compare_variances(const struct moments *before, const struct moments *after);

struct anova {
    double between, within; /* sums of squares */
    double f, p;
};

/* One-way; of groups summed up by moments_add(). Groups without values are left out. */
struct anova compare_groups(const struct moments *groups, size_t count);

struct sorted_sample {
    const double *values; /* ascending */
    size_t count;
};

/* Brown-Forsythe: ANOVA of the distances from each group's median. Up to 16 groups. */
struct test compare_spreads(const struct sorted_sample *groups, size_t count);

/* Mann-Whitney with corrections for ties and continuity; the statistic is U of `after`.
 */
struct test compare_ranks(const struct sorted_sample *before,
                          const struct sorted_sample *after);

/* Benjamini-Hochberg: of these ascending p, the first how many stand at a rate `rate` of
 * false discoveries? */
size_t compare_discoveries(const double *sorted_p, size_t count, double rate);
