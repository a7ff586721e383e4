/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of domain.md 2.6 on its worked example, by margin and by count. */
#include "daemon/analytics/quality/comparison.h"
#include "tests/unit/support/table.h"

static const float pilot[] = {62.1F, 61.8F, 62.4F, 62.0F, 61.9F, 62.3F,
                              62.2F, 62.1F, 61.7F, 62.0F, 62.5F, 61.9F};
static const float production[] = {62.6F, 62.2F, 62.9F, 62.4F, 62.1F, 62.8F, 62.5F,
                                   62.3F, 62.7F, 62.0F, 63.1F, 62.4F, 62.6F, 62.2F};

static struct comparison compare(const float *values, size_t count, double margin)
{
    const struct comparison_sample kept = {pilot, 12}, after = {values, count};
    struct moments before = comparison_moments(&kept);

    return comparison_make(&before, &kept, &after, margin);
}

static void the_worked_verdict_is_small(void **state)
{
    struct comparison comparison = compare(production, 14, 1.24);

    (void)state;
    assert_int_equal(comparison.verdict, COMPARISON_SMALL);
    near(comparison.welch.p, 0.0010479951, 1e-4);
    near(comparison.spread_p, 0.310153, 1e-3);
    near(comparison.rank_p, 0.00253397, 1e-3);
    near(comparison.detectable, 3.2415 * 0.110020, 1e-3);
}

static void the_margin_decides_what_matters(void **state)
{
    (void)state;
    assert_int_equal(compare(production, 14, 0.5).verdict, COMPARISON_DIFFERENT);
    assert_int_equal(compare(pilot, 12, 1.24).verdict, COMPARISON_EQUIVALENT);
}

static void few_values_decide_nothing(void **state)
{
    static const float few[] = {62.6F, 61.4F, 62.9F};

    (void)state;
    assert_int_equal(compare(few, 3, 0.3).verdict, COMPARISON_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_verdict_is_small),
        cmocka_unit_test(the_margin_decides_what_matters),
        cmocka_unit_test(few_values_decide_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
