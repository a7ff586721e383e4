/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/comparison.h"

#include "daemon/analytics/statistics/normal.h"
#include "daemon/analytics/statistics/order.h"

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

struct moments comparison_moments(const struct comparison_sample *sample)
{
    struct moments moments = {0};

    for (size_t i = 0; i < sample->count; i++)
        moments_add(&moments, (double)sample->values[i]);
    return moments;
}

static struct sorted_sample sort(const struct comparison_sample *sample,
                                 double ret_sorted[PILOT_MAX])
{
    size_t count = sample->count < PILOT_MAX ? sample->count : PILOT_MAX;

    for (size_t i = 0; i < count; i++)
        ret_sorted[i] = (double)sample->values[i];
    order_sort(ret_sorted, count);
    return (struct sorted_sample){ret_sorted, count};
}

/* Spread and shape need the values themselves. */
static void compare_values(struct comparison *comparison,
                           const struct comparison_sample *kept,
                           const struct comparison_sample *after)
{
    double first[PILOT_MAX], second[PILOT_MAX];

    comparison->spread_p = comparison->rank_p = NAN;
    if (kept->count < 2 || after->count < 2)
        return;

    const struct sorted_sample sides[] = {sort(kept, first), sort(after, second)};
    comparison->spread_p = compare_spreads(sides, 2).p;
    comparison->rank_p = compare_ranks(&sides[0], &sides[1]).p;
}

struct comparison comparison_make(const struct moments *before,
                                  const struct comparison_sample *kept,
                                  const struct comparison_sample *after, double margin)
{
    struct moments later = comparison_moments(after);
    struct comparison comparison;

    comparison.welch = compare_means(before, &later);
    comparison.half_width = compare_margin(&comparison.welch, 0.95);
    comparison.equivalence = compare_equivalence(&comparison.welch, margin);
    comparison.detectable =
        (normal_quantile(0.975) + normal_quantile(0.9)) * comparison.welch.error;
    comparison.needed = ceil(compare_needed(moments_deviation(before), margin));
    comparison.verdict = judge(&comparison, margin);
    compare_values(&comparison, kept, after);
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
    if (!isnan(comparison->spread_p))
        text_add_format(text, "; spread p %.2g, ranks p %.2g", comparison->spread_p,
                        comparison->rank_p);
}
