/* SPDX-License-Identifier: Apache-2.0 */
/* The worked numbers of domain.md 3.5 to 3.8, 3.10 and 3.11. */
#include "daemon/analytics/tool/economics.h"
#include "daemon/analytics/tool/first_passage.h"
#include "daemon/analytics/tool/life_grid.h"
#include "daemon/analytics/tool/taylor.h"
#include "daemon/analytics/tool/tool_memory.h"
#include "daemon/analytics/tool/weibull.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance * fabs(want)))
        fail_msg("%.12g is not %.12g", got, want);
}

/* Every decimal that was published. */
static void shows(double got, double want, int decimals)
{
    if (!(fabs(got - want) <= 0.5001 * pow(10, -decimals)))
        fail_msg("%.12g is not %.*f", got, decimals, want);
}

static void the_toy_grid_gives_the_exact_posterior(void **state)
{
    const double lives[] = {160, 200, 250, 312.5, 390.625};
    const double ages[] = {50, 100, 150}, indices[] = {1.12, 1.22, 1.33};
    const double posterior[][5] = {
        {.049389, .294397, .440850, .190684, .024681},
        {.064649, .425105, .390056, .109737, .010453},
        {.078346, .620450, .256759, .041666, .002780},
    };
    const double means[] = {246.2237, 231.2548, 214.9214};
    struct life_grid grid = {.count = 5};
    struct life_template line;
    struct life_outlook outlook;

    (void)state;
    for (size_t i = 0; i < LIFE_TEMPLATE; i++)
        line.bins[i] = 1 + 0.4 * ((double)i + 0.5) / LIFE_TEMPLATE;
    for (size_t i = 0; i < 5; i++) {
        grid.lives[i] = lives[i];
        grid.log_prior[i] = -0.5 * pow(log(lives[i] / 250) / 0.2, 2);
    }
    for (size_t i = 0; i < 3; i++) {
        life_grid_add(&grid, &line, ages[i], indices[i], 0.03, 3);
        assert_true(life_grid_outlook(&grid, 0, &outlook));
        shows(outlook.mean, means[i], 4);

        double weights[5], total = 0;
        for (size_t k = 0; k < 5; k++)
            total += weights[k] = exp(grid.log_prior[k] + grid.log_likelihood[k]);
        for (size_t k = 0; k < 5; k++)
            shows(weights[k] / total, posterior[i][k], 6);
    }
}

static void an_age_beyond_all_candidates_is_unknown(void **state)
{
    struct life_grid grid;
    struct life_outlook outlook;

    (void)state;
    life_grid_init(&grid, &(struct life_prior){log(100), 0.1, 5});
    assert_true(life_grid_outlook(&grid, 10, &outlook));
    assert_true(outlook.q05 < outlook.q50 && outlook.q50 < outlook.q95);
    assert_false(life_grid_outlook(&grid, 1e6, &outlook));
}

static void learn_life(struct tool_memory *memory, double life, bool was_worn)
{
    tool_memory_learn(memory, life, was_worn,
                      &(struct life_trace){
                          .pace = {NAN, 0}
    });
}

static void an_edge_that_broke_teaches_that_lives_are_not_shorter(void **state)
{
    struct tool_memory memory;
    struct life_prior whole, broken;

    (void)state;
    tool_memory_init(&memory, "endmill");
    for (int i = 0; i < 6; i++)
        learn_life(&memory, 90 + 4 * i, true);
    tool_memory_prior(&memory, &whole);
    near(exp(whole.log_mean), 100, 0.01);

    learn_life(&memory, 10, false); /* says next to nothing */
    tool_memory_prior(&memory, &broken);
    near(broken.log_mean, whole.log_mean, 1e-3);
    near(broken.lives, 6, 1e-12);

    for (int i = 0; i < 3; i++)
        learn_life(&memory, 120, false); /* these had outlived them all */
    tool_memory_prior(&memory, &broken);
    assert_true(broken.log_mean > whole.log_mean + 0.05);
}

static void the_spread_of_few_lives_is_hardly_known(void **state)
{
    struct tool_memory memory;
    struct life_prior prior;

    (void)state;
    tool_memory_init(&memory, "endmill");
    for (int i = 0; i < 3; i++)
        learn_life(&memory, 100, true);
    tool_memory_prior(&memory, &prior);
    near(prior.log_sigma, 0.2 * sqrt(0.5), 1e-6);
    for (int i = 0; i < 37; i++)
        learn_life(&memory, 100, true);
    tool_memory_prior(&memory, &prior);
    assert_true(prior.log_sigma < 0.05);
}

static void lawless_ball_bearings_are_reproduced(void **state)
{
    const double lives[] = {17.88, 28.92, 33.00,  41.52,  42.12,  45.60,  48.40, 51.84,
                            51.96, 54.12, 55.56,  67.80,  68.64,  68.64,  68.88, 84.12,
                            93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40};
    struct life_end ends[23];
    struct weibull weibull;

    (void)state;
    for (size_t i = 0; i < 23; i++)
        ends[i] = (struct life_end){lives[i], true};
    assert_true(weibull_fit(ends, 23, &weibull));
    shows(weibull.shape, 2.1018, 4);
    shows(weibull.scale, 81.8746, 4);
}

static const struct life_end tools[] = {
    {212, true },
    {240, true },
    {255, true },
    {198, true },
    {260, false},
    {231, true },
    {275, true },
    {250, false},
    {249, true },
    {260, false}
};

static void censored_lives_make_the_scale_longer(void **state)
{
    struct weibull weibull;

    (void)state;
    assert_true(weibull_fit(tools, 10, &weibull));
    shows(weibull.shape, 11.27564, 5);
    shows(weibull.scale, 259.18976, 5);
    shows(weibull_quantile(&weibull, .10), 212.296, 3);
    shows(weibull_quantile(&weibull, .05), 199.167, 3);
    shows(weibull_quantile(&weibull, .01), 172.360, 3);
    shows(weibull_remaining(&weibull, 200, .5), 52.568, 3);
    shows(weibull_remaining(&weibull, 200, .1), 20.203, 3);
    assert_false(weibull_fit(tools + 4, 1, &weibull));
    assert_true(weibull_fit(tools, 2, &weibull));
    near(weibull.shape, 4, 1e-12);
}

static void first_passage_is_inverse_gaussian(void **state)
{
    struct passage passage = {.40, .004, 0, .0004, 0};

    (void)state;
    shows(passage_quantile(&passage, .05), 41.2660, 4);
    shows(passage_quantile(&passage, .10), 48.5745, 4);
    shows(passage_quantile(&passage, .50), 89.0497, 4);
    shows(passage_quantile(&passage, .90), 165.3338, 4);
    shows(passage_below(&passage, 80), .4123090, 7);
    passage.u_drift = .0008;
    shows(passage_quantile(&passage, .05), 40.3547, 4);
    shows(passage_quantile(&passage, .10), 47.5631, 4);
    shows(passage_quantile(&passage, .50), 89.0316, 4);
    shows(passage_quantile(&passage, .90), 178.3467, 4);
    shows(passage_below(&passage, 80), .4172706, 7);
    passage = (struct passage){100, 1, 0, .1, 0};
    near(passage_below(&passage, 100), 0.5063062555, 1e-9);
    near(passage_below(&passage, 99), 0.3813060034, 1e-9);
    passage = (struct passage){1, .0035, .001, 4e-6, 0};
    passage_learn(&passage, .0051 + .0042 + .0063 + .0038 + .0047, 5);
    shows(passage.drift, .00423333, 8);
    shows(passage.u_drift, .00066667, 8);
}

static void taylor_is_fitted_or_refused(void **state)
{
    const double speeds[] = {120, 150, 180, 210}, lives[] = {62, 30.5, 17.2, 10.1};
    struct taylor taylor = taylor_through(160, 5, 100, 41);

    (void)state;
    shows(taylor.exponent, .223372, 6);
    shows(taylor.constant, 229.2187, 4);
    shows(taylor_life(&taylor, 130), 12.667, 3);
    assert_true(taylor_fit(speeds, lives, 4, &taylor));
    shows(taylor.exponent, .309639, 6);
    shows(taylor.constant, 431.743, 3);
    shows(taylor.correlation, -.999813, 6);
    assert_false(taylor_fit(speeds, lives, 2, &taylor));
    assert_false(taylor_fit((const double[]){100, 110, 120}, lives, 3, &taylor));
}

static void groover_costs_are_reproduced(void **state)
{
    const struct taylor steel = {.125, 70, -1}, carbide = {.25, 300, -1};
    const struct edge_prices prices = {2, 3.00, .50, 5}, dear = {1, 2.5, 1.2, 0};
    double path = acos(-1) * 0.1 * 500 / 0.25;

    (void)state;
    near(economics_fastest_life(&steel, &prices), 14.0, 1e-9);
    shows(taylor_speed(&steel, 14), 50.33, 2);
    near(economics_cheapest_life(&steel, &prices), 56.0, 1e-9);
    shows(taylor_speed(&steel, 56), 42.32, 2);

    struct part_cost fast = economics_part(&prices, path / taylor_speed(&steel, 14), 14);
    shows(fast.cutting_min, 12.484, 3);
    shows(fast.minutes, 19.267, 3);
    shows(fast.cost, 12.309, 3);

    struct part_cost cheap = economics_part(&prices, path / taylor_speed(&steel, 56), 56);
    shows(cheap.cutting_min, 14.846, 3);
    shows(cheap.minutes, 20.376, 3);
    shows(cheap.cost, 10.983, 3);
    near(economics_cheapest_life(&carbide, &dear), 9.25, 1e-9);
    shows(taylor_speed(&carbide, 9.25), 172.02, 2);
    near(economics_fastest_life(&carbide, &dear), 3.0, 1e-9);
    shows(taylor_speed(&carbide, 3), 227.95, 2);
}

static void replacement_age_is_the_cheapest(void **state)
{
    const struct {
        struct weibull weibull;
        double planned, failure, age, cost, run_to_failure;
    } rows[] = {
        {{11.27564, 259.18976, 7}, 25, 200, 177.40, .154725, .807142},
        {{11.27564, 259.18976, 7}, 25, 60,  204.66, .134419, 0      },
        {{3, 250, 3},              25, 200, 104.04, .363679, .895877},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct replacement best =
            economics_replace(&rows[i].weibull, rows[i].planned, rows[i].failure);
        shows(best.age, rows[i].age, 1); /* of a curve that is flat there */
        shows(best.cost, rows[i].cost, 6);
        if (rows[i].run_to_failure > 0)
            shows(best.run_to_failure, rows[i].run_to_failure, 5);
    }
    assert_true(isinf(economics_replace(&(struct weibull){0.8, 100, 5}, 25, 200).age));
}

static void no_stop_yet_is_not_never(void **state)
{
    struct mtbf mtbf = economics_mtbf(14, 210);

    (void)state;
    near(mtbf.mean, 15.0, 1e-9);
    shows(economics_undisturbed(mtbf.mean, 8), .5866, 4);
    shows(mtbf.lower, 9.595, 3);
    shows(economics_undisturbed(mtbf.lower, 8), .4344, 4);
    shows(economics_mtbf(0, 60).lower, 20.03, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_toy_grid_gives_the_exact_posterior),
        cmocka_unit_test(an_age_beyond_all_candidates_is_unknown),
        cmocka_unit_test(an_edge_that_broke_teaches_that_lives_are_not_shorter),
        cmocka_unit_test(the_spread_of_few_lives_is_hardly_known),
        cmocka_unit_test(lawless_ball_bearings_are_reproduced),
        cmocka_unit_test(censored_lives_make_the_scale_longer),
        cmocka_unit_test(first_passage_is_inverse_gaussian),
        cmocka_unit_test(taylor_is_fitted_or_refused),
        cmocka_unit_test(groover_costs_are_reproduced),
        cmocka_unit_test(replacement_age_is_the_cheapest),
        cmocka_unit_test(no_stop_yet_is_not_never),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
