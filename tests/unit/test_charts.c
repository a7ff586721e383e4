/* SPDX-License-Identifier: Apache-2.0 */
/* Control charts: domain.md 2.5, NIST, Montgomery, Nelson. */
#include "daemon/analytics/statistics/cusum.h"
#include "daemon/analytics/statistics/limits.h"
#include "daemon/analytics/statistics/moments.h"
#include "daemon/analytics/statistics/rules.h"
#include "daemon/analytics/statistics/series.h"
#include "tests/unit/support/recording.h"
#include "tests/unit/support/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double montgomery[] = {
    9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46, 9.20,  10.34,
    9.03,  11.47, 10.51, 9.40,  10.08, 9.37,  10.62, 10.31, 8.52,  10.84,
    10.90, 9.33,  12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

static void montgomerys_cusum_signals_at_29(void **state)
{
    struct cusum cusum = {0};
    int64_t signal = 0;

    (void)state;
    for (int64_t i = 1; i <= 30; i++) {
        cusum_add(&cusum, montgomery[i - 1] - 10, 0.5);
        if (i == 3)
            near(cusum.below, 1.77, 1e-9);
        if (cusum_size(&cusum) > 5 && !signal)
            signal = i;
        if (i == 29) {
            near(cusum.above, 5.28, 1e-9);
            assert_int_equal(cusum_onset(&cusum), 7);
            near(10 + cusum_shift(&cusum, 0.5), 11.254285714, 1e-9);
        }
    }
    assert_int_equal(signal, 29);
    near(cusum.above, 5.30, 1e-9);
}

static void montgomerys_ewma_signals_at_29(void **state)
{
    struct ewma ewma = {0};
    int signal = 0;

    (void)state;
    for (int i = 1; i <= 30; i++) {
        ewma_add(&ewma, montgomery[i - 1] - 10, 0.1);
        double limit = ewma_limit(&ewma, 0.1, 2.7);
        if (i == 1) {
            near(10 + ewma.value, 9.945, 1e-12);
            near(10 - limit, 9.73, 1e-12);
        }
        if (fabs(ewma.value) > limit && !signal)
            signal = i;
    }
    assert_int_equal(signal, 29);
    near(10 + ewma.value, 10.634141109118728, 1e-12);
    near(10 - ewma_limit(&ewma, 0.1, 2.7), 9.381134323097422, 1e-12);
}

static void nists_cusum_signals_at_14(void **state)
{
    static const double x[] = {324.925, 324.675, 324.725, 324.350, 325.350,
                               325.225, 324.125, 324.525, 325.225, 324.600,
                               324.625, 325.150, 328.325, 327.250, 327.825,
                               328.500, 326.675, 327.775, 326.875, 328.350};
    struct cusum cusum = {0};
    double most_below = 0;
    int signal = 0;

    (void)state;
    for (int i = 1; i <= 20; i++) {
        cusum_add(&cusum, x[i - 1] - 325, 0.3175);
        most_below = fmax(most_below, cusum.below);
        if (cusum.above > 4.1959 && !signal)
            signal = i;
        if (i == 13)
            near(cusum.above, 3.0075, 1e-9);
        if (i == 14)
            near(cusum.above, 4.94, 1e-9);
    }
    assert_int_equal(signal, 14);
    near(cusum.above, 19.035, 1e-9);
    assert_true(most_below > 0.71);
}

static void nists_ewma_is_reproduced(void **state)
{
    static const double x[] = {52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0,
                               50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3,
                               47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
    static const double want[] = {50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75,
                                  49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05,
                                  49.38, 49.92, 50.73, 51.23, 51.94, 51.99};
    static const double half[] = {1.84851, 2.25639, 2.43141};
    struct ewma ewma = {0};

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        ewma_add(&ewma, x[i] - 50, 0.3);
        assert_true(fabs(50 + ewma.value - want[i]) <= 0.00501);
        if (i < 3)
            near(2.0539 * ewma_limit(&ewma, 0.3, 3), half[i], 1e-5);
    }
    ewma.count = 1000;
    near(50 + 2.0539 * ewma_limit(&ewma, 0.3, 3), 52.5884, 1e-6);
}

static void run_lengths_follow_siegmund(void **state)
{
    static const double lengths[] = {370, 500, 1000, 2000, 5000, 10000, 50000};
    static const double limits[] = {4.766, 5.063, 5.750, 6.439, 7.353, 8.045, 9.654};

    (void)state;
    near(cusum_run_length(0, 0.5, 5), 938.22, 1e-5);
    near(cusum_run_length_both(0, 0.5, 5), 469.11, 1e-5);
    near(cusum_run_length(1, 0.5, 5), 10.34, 1e-3);
    near(cusum_run_length_both(0, 0.5, 4), 169.05, 1e-4);
    near(cusum_run_length(1, 0.5, 4), 8.34, 1e-3);
    near(cusum_run_length(0.5, 0.5, 5), 6.166 * 6.166, 1e-9);
    for (size_t i = 0; i < 7; i++)
        near(cusum_limit(0.5, lengths[i]), limits[i], 2e-4);
}

static void one_wild_value_is_not_a_shift(void **state)
{
    struct cusum cusum = {0};

    (void)state;
    cusum_add(&cusum, cusum_winsorise(60, 2.5), 0.5);
    near(cusum_size(&cusum), 2, 1e-12);
    cusum_add(&cusum, cusum_winsorise(-60, 2.5), 0.5);
    near(cusum.above, 0, 1e-12);
    near(cusum_shift(&cusum, 0.5), -2.5, 1e-12);
    near(series_inflation(0.1), 1, 1e-12);
    near(series_inflation(0.5), sqrt(3), 1e-12);
    near(series_inflation(NAN), 1, 1e-12);
}

static void expect_limits(struct limits got, double lower, double upper)
{
    near(got.lower, lower, 1e-8);
    near(got.upper, upper, 1e-8);
}

static void piston_rings_have_montgomerys_limits(void **state)
{
    struct table table = table_load(DATA_FOLDER "/spc", "pistonrings.csv");
    struct moments means = {0}, ranges = {0}, deviations = {0};

    (void)state;
    for (size_t i = 0; i < 25; i++) {
        struct moments sample = {0};
        double low = INFINITY, high = -INFINITY;

        for (size_t k = 0; k < 5; k++) {
            double x = table.columns[0][5 * i + k];
            moments_add(&sample, x);
            low = fmin(low, x);
            high = fmax(high, x);
        }
        moments_add(&means, sample.mean);
        moments_add(&ranges, high - low);
        moments_add(&deviations, moments_deviation(&sample));
    }
    near(means.mean, 74.001176, 1e-10);
    near(ranges.mean / limits_d2(5), 0.009785337608595531, 1e-8);
    near(deviations.mean / limits_c4(5), 0.009829976728149458, 1e-8);
    expect_limits(limits_mean(means.mean, ranges.mean / limits_d2(5), 5),
                  73.98804759195464, 74.01430440804536);
    expect_limits(limits_mean(means.mean, deviations.mean / limits_c4(5), 5),
                  73.98798770229116, 74.01436429770884);
    expect_limits(limits_range(ranges.mean, 5), 0, 0.04812600054252668);
    expect_limits(limits_deviation(deviations.mean, 5), 0, 0.019302416767010555);
}

static void viscosities_have_montgomerys_limits(void **state)
{
    struct table table = table_load(DATA_FOLDER "/spc", "viscosity.csv");
    struct moments values = {0}, moves = {0};

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        moments_add(&values, table.columns[1][i]);
        if (i > 0)
            moments_add(&moves, fabs(table.columns[1][i] - table.columns[1][i - 1]));
    }
    near(moves.mean, 0.5726315789473682, 1e-10);
    near(moments_deviation(&values), 0.5694466381358403, 1e-10);
    expect_limits(limits_single(values.mean, moves.mean), 32.56555542898807,
                  35.61044457101192);
    near(limits_range(moves.mean, 2).upper, 1.8705193300833434, 1e-8);
}

static void circuits_have_montgomerys_limits(void **state)
{
    struct table table = table_load(DATA_FOLDER "/spc", "circuit.csv");
    struct moments all = {0}, rest = {0};

    (void)state;
    for (size_t i = 0; i < 26; i++)
        moments_add(&all, table.columns[1][i]);
    struct limits limits = limits_count(all.mean);
    expect_limits(limits, 6.481447167165914, 33.21086052514178);
    for (size_t i = 0; i < 26; i++) {
        double x = table.columns[1][i];

        assert_int_equal(x < limits.lower || x > limits.upper, i == 5 || i == 19);
        if (i != 5 && i != 19)
            moments_add(&rest, x);
    }
    expect_limits(limits_count(rest.mean), 6.3625319710165975, 32.970801362316735);
}

static const char *after(const char *text, const char *word)
{
    const char *found = text ? strstr(text, word) : NULL;

    return found ? found + strlen(word) : NULL;
}

static size_t read_list(const char *text, double *numbers, size_t limit)
{
    size_t count = 0;

    for (text = strchr(text, '[') + 1; count < limit && *text != ']'; count++) {
        char *end = NULL;

        numbers[count] = strtod(text, &end);
        text = end + strspn(end, ", \n");
    }
    return count;
}

static void check_vector(const char *vector)
{
    static double x[1000], z[1000], hits[1000];
    double center = strtod(after(vector, "\"center\":"), NULL);
    double sigma = strtod(after(vector, "\"sigma\":"), NULL);
    size_t count = read_list(after(vector, "\"x\":"), x, 1000);
    const char *lists = after(vector, "\"hits\":");

    for (size_t i = 0; i < count; i++)
        z[i] = (x[i] - center) / sigma;
    for (unsigned rule = 0; rule < 8; rule++) {
        const char name[] = {'"', (char)('1' + rule), '"', ':', '\0'};
        size_t expected = read_list(after(lists, name), hits, 1000), found = 0;

        for (size_t i = 0; i < count; i++) {
            size_t from = i + 1 > RULES_LOOK_BACK ? i + 1 - RULES_LOOK_BACK : 0;

            if (!(rules_find(z + from, i + 1 - from) & (1U << rule)))
                continue;
            if (found >= expected || hits[found] != (double)i + 1)
                fail_msg("rule %u does not hold at %zu", rule + 1, i + 1);
            found++;
        }
        assert_int_equal(found, expected);
    }
}

static void nelsons_rules_find_what_they_should(void **state)
{
    static const char *const names[] = {
        "\"piston\":", "\"michelson\":", "\"sim0\":", "\"sim1\":", "\"sim2\":"};
    size_t length = 0;
    char *text = recording_load(DATA_FOLDER "/spc", "nelson_vectors.json", &length);

    (void)state;
    if (!text)
        skip();
    for (size_t i = 0; i < 5; i++)
        check_vector(after(text, names[i]));
    free(text);
}

static void rules_are_printed_by_name(void **state)
{
    const double eight[] = {.1, .1, .1, .1, .1, .1, .1, 3.5};
    char name[32];
    struct text text;

    (void)state;
    text_init_fixed(&text, name, sizeof(name));
    rules_print(rules_find(eight, 8), &text);
    assert_string_equal(name, "N1 W4");
    assert_int_equal(rules_find(eight, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(montgomerys_cusum_signals_at_29),
        cmocka_unit_test(montgomerys_ewma_signals_at_29),
        cmocka_unit_test(nists_cusum_signals_at_14),
        cmocka_unit_test(nists_ewma_is_reproduced),
        cmocka_unit_test(run_lengths_follow_siegmund),
        cmocka_unit_test(one_wild_value_is_not_a_shift),
        cmocka_unit_test(piston_rings_have_montgomerys_limits),
        cmocka_unit_test(viscosities_have_montgomerys_limits),
        cmocka_unit_test(circuits_have_montgomerys_limits),
        cmocka_unit_test(nelsons_rules_find_what_they_should),
        cmocka_unit_test(rules_are_printed_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
