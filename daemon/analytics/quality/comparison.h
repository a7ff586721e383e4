/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pilot and production of one metric side by side (domain.md 2.6). Pure.
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

struct comparison {
    enum verdict_of_comparison verdict;
    struct welch welch;
    double half_width;  /* of the 95 % interval of the difference */
    double equivalence; /* TOST p */
    double needed;      /* values a decision needs when UNDECIDED */
};

/* `margin` in the metric's own unit: smaller differences do not matter. */
struct comparison comparison_make(const struct baseline *baseline, const float *values,
                                  size_t count, double margin);

/* "small: +0.41 (0.18 to 0.64), 1.2 and less does not matter" */
void comparison_print(const struct comparison *comparison, double margin,
                      struct text *text);
