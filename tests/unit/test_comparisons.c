/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of domain.md 2.3, 2.6 and 2.8, and NIST's certified results. */
#include "daemon/analytics/statistics/compare.h"
#include "daemon/analytics/statistics/line.h"
#include "daemon/analytics/statistics/markers.h"
#include "daemon/analytics/statistics/order.h"
#include "daemon/analytics/statistics/series.h"
#include "tests/unit/support/table.h"

#include <math.h>

static double pilot[] = {62.1, 61.8, 62.4, 62.0, 61.9, 62.3,
                         62.2, 62.1, 61.7, 62.0, 62.5, 61.9};
static double production[] = {62.6, 62.2, 62.9, 62.4, 62.1, 62.8, 62.5,
                              62.3, 62.7, 62.0, 63.1, 62.4, 62.6, 62.2};

static struct moments sum_up(const double *values, size_t count)
{
    struct moments moments = {0};

    for (size_t i = 0; i < count; i++)
        moments_add(&moments, values[i]);
    return moments;
}

static void the_worked_comparison_is_reproduced(void **state)
{
    struct moments before = sum_up(pilot, 12), after = sum_up(production, 14);
    struct welch welch = compare_means(&before, &after);

    (void)state;
    near(moments_variance(&before), 0.058409, 1e-5);
    near(moments_variance(&after), 0.101319, 1e-5);
    near(welch.error, 0.110020, 1e-5);
    near(welch.t, 3.733076, 1e-6);
    near(welch.degrees, 23.698341, 1e-7);
    near(welch.p, 0.0010479951, 1e-7);
    near(compare_equivalence(&welch, 1.0), 8.8023e-6, 1e-4);
    near(compare_equivalence(&welch, 0.6), 0.0491911, 1e-5);
    near(welch.difference - compare_margin(&welch, 0.9), 0.222386, 1e-5);
    near(welch.difference + compare_margin(&welch, 0.9), 0.599042, 1e-5);
    near(compare_variances(&before, &after).statistic, 1.734639, 1e-6);
    near(compare_variances(&before, &after).p, 0.366885, 1e-5);
    near(ceil(compare_needed(0.5, 0.62)), 15, 1e-12);

    order_sort(pilot, 12);
    order_sort(production, 14);
    const struct sorted_sample groups[] = {
        {pilot,      12},
        {production, 14}
    };
    struct test spread = compare_spreads(groups, 2);
    struct test ranks = compare_ranks(&groups[0], &groups[1]);
    near(spread.statistic, 1.074998, 1e-6);
    near(spread.p, 0.310153, 1e-5);
    near(ranks.statistic, 143, 1e-12);
    near(ranks.p, 0.00253397, 1e-5);
}

static void nothing_is_said_of_what_does_not_vary(void **state)
{
    const double same[] = {1, 1, 1};
    struct moments none = {0}, flat = sum_up(same, 3);

    (void)state;
    assert_true(isnan(compare_means(&flat, &flat).p));
    assert_true(isnan(compare_means(&none, &flat).p));
    assert_true(isnan(compare_variances(&flat, &flat).p));
    assert_true(isnan(compare_groups(&flat, 1).p));
    assert_true(isnan(series_lag1(same, 3)));
    const struct sorted_sample equal = {same, 3}, empty = {same, 0};
    assert_true(isnan(compare_ranks(&equal, &equal).p));
    assert_true(isnan(compare_ranks(&empty, &equal).p));
}

static void few_of_many_findings_stand(void **state)
{
    const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                        .0459, .3240, .4262, .5719, .6528, .7590, 1.0};

    (void)state;
    assert_int_equal(compare_discoveries(p, 15, 0.05), 4);
    assert_int_equal(compare_discoveries(p, 0, 0.05), 0);
    assert_int_equal(compare_discoveries(p + 9, 6, 0.05), 0);
}

static void p_square_follows_the_paper(void **state)
{
    const double x[] = {0.02,  0.15,  0.74,  3.39,  0.83,  22.37, 10.15,
                        15.43, 38.62, 15.92, 34.60, 10.28, 1.47,  0.40,
                        0.05,  11.39, 0.27,  0.42,  0.09,  11.37};
    const double heights[] = {0.02, 0.4938954475, 4.4406343533, 17.2039042741, 38.62};
    const int64_t places[] = {1, 6, 10, 16, 20};
    struct markers markers;

    (void)state;
    markers_init(&markers, 0.5);
    assert_true(isnan(markers_quantile(&markers)));
    for (size_t i = 0; i < 20; i++) {
        markers_add(&markers, x[i]);
        if (i == 2)
            near(markers_quantile(&markers), 0.15, 1e-12);
    }
    for (size_t i = 0; i < 5; i++) {
        near(markers.height[i], heights[i], 1e-9);
        assert_int_equal(markers.place[i], places[i]);
    }
    near(markers_quantile(&markers), 4.4406343533, 1e-9);
}

static void nist_means_deviations_and_lags_are_certified(void **state)
{
    static const struct {
        const char *file;
        double mean, deviation, lag1;
    } rows[] = {
        {"lew.csv",       -177.435,  277.332168044316135764922, -0.3073048006056794548623},
        {"michelson.csv", 299.8524,  0.07901054781905177163132, 0.53519966862128331585828},
        {"numacc1.csv",   10000002,  1,                         -0.5                     },
        {"numacc3.csv",   1000000.2, 0.1,                       -0.999                   },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct table table = table_load(DATA_FOLDER "/nist_strd", rows[i].file);
        struct moments moments = sum_up(table.columns[0], table.count);

        near(moments.mean, rows[i].mean, 1e-14);
        near(moments_deviation(&moments), rows[i].deviation, 1e-9);
        near(series_lag1(table.columns[0], table.count), rows[i].lag1, 1e-9);
    }
}

static void nist_regression_is_certified(void **state)
{
    struct table norris = table_load(DATA_FOLDER "/nist_strd", "norris.csv");
    struct line line = line_fit(norris.columns[0], norris.columns[1], norris.count);

    (void)state;
    near(line.intercept, -0.262323073774029, 1e-11);
    near(line.slope, 1.00211681802045, 1e-13);
    near(line.u_slope, 0.000429796848199937, 1e-9);
    near(line.deviation, 0.884796396144373, 1e-11);
    near(line.correlation * line.correlation, 0.999993745883712, 1e-13);
}

static void nist_analysis_of_variance_is_certified(void **state)
{
    struct table table = table_load(DATA_FOLDER "/nist_strd", "sirstv.csv");
    struct moments groups[5] = {{0}};

    (void)state;
    for (size_t i = 0; i < table.count; i++)
        moments_add(&groups[(size_t)table.columns[0][i] - 1], table.columns[1][i]);
    struct anova anova = compare_groups(groups, 5);
    near(anova.between, 5.11462616e-2, 1e-9);
    near(anova.within, 2.16636560e-1, 1e-9);
    near(anova.f, 1.18046237440255, 1e-10);
    near(anova.p, 0.349447, 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_means_deviations_and_lags_are_certified),
        cmocka_unit_test(nist_regression_is_certified),
        cmocka_unit_test(nist_analysis_of_variance_is_certified),
        cmocka_unit_test(the_worked_comparison_is_reproduced),
        cmocka_unit_test(nothing_is_said_of_what_does_not_vary),
        cmocka_unit_test(few_of_many_findings_stand),
        cmocka_unit_test(p_square_follows_the_paper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
