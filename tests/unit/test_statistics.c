/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of domain.md 2.2, 2.3, 3.4 and 9.2. */
#include "daemon/analytics/statistics/beta.h"
#include "daemon/analytics/statistics/gamma.h"
#include "daemon/analytics/statistics/line.h"
#include "daemon/analytics/statistics/moments.h"
#include "daemon/analytics/statistics/normal.h"
#include "daemon/analytics/statistics/order.h"
#include "daemon/analytics/statistics/recursive.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance * fmax(1e-300, fabs(want))))
        fail_msg("%.12g is not %.12g", got, want);
}

static void variance_survives_large_means(void **state)
{
    struct moments moments = {0}, halves[2] = {{0}, {0}};

    (void)state;
    moments_add(&moments, 10000000.2);
    for (int i = 0; i < 500; i++) {
        moments_add(&moments, 10000000.1);
        moments_add(&moments, 10000000.3);
        moments_add(&halves[i % 2], 10000000.1);
        moments_add(&halves[i % 2], 10000000.3);
    }
    near(moments.mean, 10000000.2, 1e-15);
    near(moments_deviation(&moments), 0.1, 1e-8);
    moments_merge(&halves[0], &halves[1]);
    moments_add(&halves[0], 10000000.2);
    near(moments_deviation(&halves[0]), 0.1, 1e-8);
    assert_int_equal(halves[0].count, 1001);
}

/* domain.md 2.2: v = (1-a)(v + a d d); a step is followed as 1 - (1-a)^n. */
static void forgetting_follows_a_step(void **state)
{
    double mean = 0, variance = 0, direct = 0, spread = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        moments_follow(&mean, &variance, 0.2, 1);
    near(mean, 1 - pow(0.8, 10), 1e-14);
    for (int i = 0; i < 10; i++) /* the weighted variance of a zero and ten ones */
        direct += 0.2 * pow(0.8, i);
    spread = direct * (1 - direct);
    near(variance, spread, 1e-14);
}

static void an_outlier_moves_neither_median_nor_mad(void **state)
{
    double x[] = {62.1, 61.8, 62.4, 62.0, 61.9, 75.3, 62.2, 62.1};
    struct robust robust = order_robust(x, 8);

    (void)state;
    near(robust.median, 62.1, 1e-12);
    near(robust.sigma, 0.22239, 1e-5);
    assert_true(isnan(order_median(x, 0)));
}

static void distributions_agree_with_the_tables(void **state)
{
    const struct {
        double got, want;
    } rows[] = {
        {normal_quantile(.975), 1.959963985           },
        {                               normal_quantile(.95),          1.644853627                      },
        {           normal_quantile(1e-6),                     -4.753424309                           },
        {                   normal_below(-8),  6.22096e-16},
        {                normal_log_below(-8),   log(6.2209605743e-16)               },
        { normal_log_below(-40),          -804.6084420137538                               },
        {                  t_quantile(.975,          10),                                2.228138852},
        {                 t_quantile(.95,          3),                                2.353363435},
        {                t_two_sided(2.5,         7.3),                               .0396502347},
        {               chi2_quantile(.05,         49),                               33.930305619},
        {                  chi2_quantile(.95,          30),                                43.772971826},
        {                   chi2_below(10,                  5),                               .9247647539},
        {                               f_quantile(.95,                    4,                               20), 2.8660814},
        {                                           f_above(27.7307692,         3,        16), 1.415985e-6},
        {    beta_below(.3,                     2.5,                               1.5), .0889437232},
        {                                                  beta_below(.9,          20,                                5), .9149251141},
        {                                                gamma_below(2.5,          1.7),                                .3614300769},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        near(rows[i].got, rows[i].want, 1e-6);
}

static void quantiles_undo_the_distributions(void **state)
{
    (void)state;
    for (double share = 0.001; share < 1; share += 0.037) {
        near(normal_below(normal_quantile(share)), share, 1e-12);
        near(t_below(t_quantile(share, 4.5), 4.5), share, 1e-9);
        near(chi2_below(chi2_quantile(share, 7), 7), share, 1e-9);
        near(f_below(f_quantile(share, 3, 9), 3, 9), share, 1e-9);
        near(beta_below(beta_quantile(share, 2, 5), 2, 5), share, 1e-9);
    }
}

static void corrected_offsets_show_the_slope_again(void **state)
{
    const double part[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const double raw[] = {4, 6, 9, 11, 13, 16, 18, 21};

    (void)state;
    near(line_fit(part, raw, 8).slope, 2.404762, 1e-6);
    near(line_theil_sen(part, raw, 8).slope, 2.4, 1e-12);
    assert_true(isnan(line_fit(part, raw, 1).slope));
    assert_true(isnan(line_theil_sen(part, raw, 1).slope));
}

static void recursive_least_squares_follows_the_reference(void **state)
{
    const double u[] = {1, 2, 3, 4}, y[] = {2.1, 3.9, 6.2, 7.8};
    const double want[][2] = {
        {1.049486, 1.049486},
        {.303767,  1.797399},
        {-.034650, 2.050665},
        {.152777,  1.938882}
    };
    struct recursive recursive;

    (void)state;
    recursive_init(&recursive, 2, 0.98, 1000);
    for (size_t i = 0; i < 4; i++) {
        const double phi[] = {1, u[i]};

        recursive_add(&recursive, phi, y[i]);
        near(recursive.theta[0], want[i][0], 1e-4);
        near(recursive.theta[1], want[i][1], 1e-5);
    }
}

static void without_excitation_nothing_winds_up(void **state)
{
    struct recursive recursive;
    const double phi[] = {1, 0};

    (void)state;
    recursive_init(&recursive, 2, 0.9, 1);
    for (int i = 0; i < 10000; i++)
        recursive_add(&recursive, phi, 1);
    assert_true(recursive.covariance[1][1] < 1e7);
    near(recursive.theta[0], 1, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variance_survives_large_means),
        cmocka_unit_test(forgetting_follows_a_step),
        cmocka_unit_test(an_outlier_moves_neither_median_nor_mad),
        cmocka_unit_test(distributions_agree_with_the_tables),
        cmocka_unit_test(quantiles_undo_the_distributions),
        cmocka_unit_test(corrected_offsets_show_the_slope_again),
        cmocka_unit_test(recursive_least_squares_follows_the_reference),
        cmocka_unit_test(without_excitation_nothing_winds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
