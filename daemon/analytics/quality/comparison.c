/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/comparison.h"

#include <math.h>

#define SIGNIFICANT 0.05

static enum verdict_of_comparison judge(const struct comparison *comparison,
                                        double margin)
{
    bool differs = comparison->welch.p < SIGNIFICANT;
    bool is_close = comparison->equivalence < SIGNIFICANT;

    if (differs && is_close)
        return COMPARISON_SMALL;
    if (is_close)
        return COMPARISON_EQUIVALENT;
    if (differs && fabs(comparison->welch.difference) > margin / 2)
        return COMPARISON_DIFFERENT;
    return COMPARISON_UNDECIDED;
}

struct comparison comparison_make(const struct baseline *baseline, const float *values,
                                  size_t count, double margin)
{
    struct moments before = {.count = baseline->count, .mean = baseline->mean};
    struct moments after = {0};
    struct comparison comparison;

    before.square = baseline->sigma * baseline->sigma * (double)(baseline->count - 1);
    for (size_t i = 0; i < count; i++)
        moments_add(&after, (double)values[i]);
    comparison.welch = compare_means(&before, &after);
    comparison.half_width = compare_margin(&comparison.welch, 0.95);
    comparison.equivalence = compare_equivalence(&comparison.welch, margin);
    comparison.needed = ceil(compare_needed(baseline->sigma, margin));
    comparison.verdict = judge(&comparison, margin);
    return comparison;
}

void comparison_print(const struct comparison *comparison, double margin,
                      struct text *text)
{
    static const char *const names[] = {"undecided", "equivalent",
                                        "small: real but immaterial", "different"};
    double difference = comparison->welch.difference;

    text_add_format(text, "%s: %+.4g (%+.4g to %+.4g); %.4g and less does not matter",
                    names[comparison->verdict], difference,
                    difference - comparison->half_width,
                    difference + comparison->half_width, margin);
    if (comparison->verdict == COMPARISON_UNDECIDED)
        text_add_format(text, "; about %.0f cycles decide", comparison->needed);
}
