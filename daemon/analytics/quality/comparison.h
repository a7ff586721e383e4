/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One metric before and after: pilot and production, or the two sides of a change
 * (domain.md 2.6, 7.5). Pure.
 */
#pragma once

#include "daemon/analytics/quality/baseline.h"
#include "daemon/analytics/statistics/compare.h"
#include "daemon/base/text.h"

enum verdict_of_comparison {
    COMPARISON_UNDECIDED,
    COMPARISON_EQUIVALENT, /* TOST p < 0.05 */
    COMPARISON_SMALL,      /* real but immaterial: Welch and TOST p < 0.05 */
    COMPARISON_DIFFERENT,  /* Welch p < 0.05 and more than half the margin */
};

/* Values that were kept, in any order; none = only moments are known. */
struct comparison_sample {
    const float *values;
    size_t count;
};

struct comparison {
    enum verdict_of_comparison verdict;
    struct welch welch;
    double half_width;  /* of the 95 % interval of the difference */
    double equivalence; /* TOST p */
    double spread_p;    /* Brown-Forsythe; NAN = the values before are not kept */
    double rank_p;      /* Mann-Whitney; likewise */
    double detectable;  /* a difference seen nine times in ten with so many values */
    double needed;      /* values a decision needs when UNDECIDED */
};

/*
 * `margin` in the metric's own unit: smaller differences do not matter. `kept` are the
 * values behind `before`, at most PILOT_MAX as those of `after`.
 */
struct comparison comparison_make(const struct moments *before,
                                  const struct comparison_sample *kept,
                                  const struct comparison_sample *after, double margin);

struct moments comparison_moments(const struct comparison_sample *sample);

/* "small: +0.41 (0.18 to 0.64), 1.2 and less does not matter" */
void comparison_print(const struct comparison *comparison, double margin,
                      struct text *text);
