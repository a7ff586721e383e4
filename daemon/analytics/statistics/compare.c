/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/compare.h"

#include "daemon/analytics/statistics/beta.h"
#include "daemon/analytics/statistics/normal.h"
#include "daemon/analytics/statistics/order.h"

#include <math.h>

#define GROUPS_MAX 16

struct welch compare_means(const struct moments *before, const struct moments *after)
{
    double first = moments_variance(before) / (double)before->count;
    double second = moments_variance(after) / (double)after->count;
    double both = first + second;
    struct welch welch = {
        .difference = after->mean - before->mean,
        .error = sqrt(both),
        .t = NAN,
        .degrees = NAN,
        .p = NAN,
    };

    if (!(both > 0))
        return welch;
    welch.t = welch.difference / welch.error;
    welch.degrees = both * both /
                    (first * first / (double)(before->count - 1) +
                     second * second / (double)(after->count - 1));
    welch.p = t_two_sided(welch.t, welch.degrees);
    return welch;
}

double compare_margin(const struct welch *welch, double level)
{
    if (isnan(welch->degrees))
        return NAN;
    return welch->error * t_quantile((1 + level) / 2, welch->degrees);
}

/* P(T > t), exact in the far tail. */
static double t_above(double t, double degrees)
{
    double tail = t_two_sided(t, degrees) / 2;

    return t > 0 ? tail : 1 - tail;
}

double compare_equivalence(const struct welch *welch, double margin)
{
    if (isnan(welch->degrees))
        return NAN;
    double low = t_above((welch->difference + margin) / welch->error, welch->degrees);
    double high = t_above((margin - welch->difference) / welch->error, welch->degrees);
    return fmax(low, high);
}

double compare_needed(double deviation, double margin)
{
    double z = 2 * normal_quantile(0.95);

    return 2 * pow(z * deviation / margin, 2);
}

struct test compare_variances(const struct moments *before, const struct moments *after)
{
    struct test test = {NAN, NAN};
    double under = moments_variance(before);

    if (!(under > 0) || after->count < 2)
        return test;
    double freedom = (double)(after->count - 1), base = (double)(before->count - 1);
    test.statistic = moments_variance(after) / under;
    test.p = 2 * fmin(f_above(test.statistic, freedom, base),
                      f_below(test.statistic, freedom, base));
    return test;
}

struct anova compare_groups(const struct moments *groups, size_t count)
{
    struct anova anova = {.f = NAN, .p = NAN};
    struct moments all = {0};
    double filled = 0;

    for (size_t i = 0; i < count; i++) {
        moments_merge(&all, &groups[i]);
        anova.within += groups[i].square;
        filled += groups[i].count > 0;
    }
    for (size_t i = 0; i < count; i++)
        anova.between += (double)groups[i].count * pow(groups[i].mean - all.mean, 2);
    double over = filled - 1, under = (double)all.count - filled;
    if (over < 1 || under < 1 || !(anova.within > 0))
        return anova;
    anova.f = anova.between / over / (anova.within / under);
    anova.p = f_above(anova.f, over, under);
    return anova;
}

struct test compare_spreads(const struct sorted_sample *groups, size_t count)
{
    struct moments distances[GROUPS_MAX] = {{0}};

    if (count > GROUPS_MAX)
        return (struct test){NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        double median = order_quantile(groups[i].values, groups[i].count, 0.5);

        for (size_t k = 0; k < groups[i].count; k++)
            moments_add(&distances[i], fabs(groups[i].values[k] - median));
    }
    struct anova anova = compare_groups(distances, count);
    return (struct test){anova.f, anova.p};
}

/* How many of a sample's values, from `*at` on, equal `value`; moves behind them. */
static double take_equal(const struct sorted_sample *sample, size_t *at, double value)
{
    size_t from = *at;

    while (*at < sample->count && sample->values[*at] <= value)
        ++*at;
    return (double)(*at - from);
}

struct test compare_ranks(const struct sorted_sample *before,
                          const struct sorted_sample *after)
{
    double n1 = (double)after->count, n2 = (double)before->count, n = n1 + n2;
    double ranks = 0, ties = 0, ranked = 0;
    size_t i = 0, k = 0;

    while (i < after->count || k < before->count) {
        double next = i < after->count ? after->values[i] : before->values[k];
        if (k < before->count)
            next = fmin(next, before->values[k]);
        double mine = take_equal(after, &i, next);
        double same = mine + take_equal(before, &k, next);
        ranks += mine * (ranked + (same + 1) / 2);
        ties += same * same * same - same;
        ranked += same;
    }
    struct test test = {ranks - n1 * (n1 + 1) / 2, NAN};
    double variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
    if (!(variance > 0))
        return test;
    double apart = fmax(0, fabs(test.statistic - n1 * n2 / 2) - 0.5);
    test.p = fmin(1, 2 * normal_below(-apart / sqrt(variance)));
    return test;
}

size_t compare_discoveries(const double *sorted_p, size_t count, double rate)
{
    for (size_t i = count; i > 0; i--)
        if (sorted_p[i - 1] <= rate * (double)i / (double)count)
            return i;
    return 0;
}
