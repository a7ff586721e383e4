/* SPDX-License-Identifier: Apache-2.0 */
/* Remaining life from few, irregular measurements: domain.md 3.3 and 3.5. */
#include "daemon/analytics/tool/dimension_drift.h"
#include "daemon/analytics/tool/wear_curve.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void few_measurements_say_when_the_limit_comes(void **state)
{
    /* NASA case 2 up to 51 min: 0.3 mm was crossed at 43.8 min. */
    const struct wear_point points[] = {
        {3,  .08},
        {9,  .14},
        {12, .14},
        {15, .14},
        {22, .15},
        {27, .18},
        {33, .22},
        {39, .26}
    };
    struct wear_curve curve;
    struct life_outlook outlook;

    (void)state;
    wear_curve_fit(&curve, points, 8, .3, NULL);
    assert_true(wear_curve_outlook(&curve, 39, &outlook));
    assert_true(outlook.q10 < 4.8 && outlook.q90 > 4.8);
    assert_true(fabs(outlook.q50 - 4.8) < 0.15 * 43.8);
}

static void close_to_the_limit_the_noise_of_measuring_counts(void **state)
{
    const struct wear_point points[] = {
        {3,  .04 },
        {6,  .07 },
        {10, .10 },
        {14, .15 },
        {18, .19 },
        {23, .24 },
        {29, .295}
    };
    struct wear_curve curve;
    struct life_outlook outlook;

    (void)state;
    wear_curve_fit(&curve, points, 7, .3, NULL);
    assert_true(wear_curve_outlook(&curve, 29, &outlook));
    assert_true(outlook.q95 > 2 && outlook.q50 < 1.5); /* 0.02 mm at 0.01 mm a minute */
}

/* The three phases of domain.md 3.5: measured until `share` of 100 min. */
static void wear_a_tool(double share, size_t count, struct wear_point *ret_points)
{
    for (size_t i = 0; i < count; i++) {
        double u = share * (double)(i + 1) / (double)count;

        ret_points[i].age = 100 * u;
        ret_points[i].wear =
            0.3 * (0.12 * (1 - exp(-u / 0.03)) + 0.60 * u + 0.28 * pow(u, 6));
    }
}

static void wear_that_will_accelerate_is_not_promised_a_straight_line(void **state)
{
    struct wear_point points[8];
    struct wear_curve curve;
    struct life_outlook outlook;

    (void)state;
    wear_a_tool(0.7, 8, points);
    wear_curve_fit(&curve, points, 8, .3, NULL);
    assert_true(wear_curve_outlook(&curve, 70, &outlook));

    /* A line through the newest promises some 60 minutes; 30 are left. */
    assert_true(outlook.q50 < 45);
    assert_true(outlook.q05 < 30 && outlook.q95 > 30);
}

static void a_new_edges_zero_is_not_the_steady_phase(void **state)
{
    struct wear_point points[9] = {
        {0.1, 0}
    };
    struct wear_curve with, without;
    struct life_outlook expected, outlook;

    (void)state;
    wear_a_tool(0.8, 8, points + 1);
    wear_curve_fit(&with, points, 9, .3, NULL);
    wear_curve_fit(&without, points + 1, 8, .3, NULL);
    assert_true(wear_curve_outlook(&with, 80, &outlook));
    assert_true(wear_curve_outlook(&without, 80, &expected));
    assert_true(fabs(outlook.q50 - expected.q50) < 2);
}

static void past_lives_narrow_what_few_measurements_leave_open(void **state)
{
    const struct life_prior prior = {.log_mean = 4.605, .log_sigma = .1, .lives = 10};
    struct wear_point points[3];
    struct wear_curve alone, taught;
    struct life_outlook wide, narrow;

    (void)state;
    wear_a_tool(0.6, 3, points);
    wear_curve_fit(&alone, points, 3, .3, NULL);
    wear_curve_fit(&taught, points, 3, .3, &prior);
    assert_true(wear_curve_outlook(&alone, 60, &wide));
    assert_true(wear_curve_outlook(&taught, 60, &narrow));
    assert_true(narrow.q95 - narrow.q05 < wide.q95 - wide.q05);
    assert_true(fabs(narrow.q50 - 40) < fabs(wide.q50 - 40) + 1);

    wear_curve_fit(&taught, points, 1, .3,
                   &prior); /* one is enough for who knows lives */
    assert_true(wear_curve_outlook(&taught, 20, &narrow));
    assert_true(narrow.q10 > 50 && narrow.q10 < 80 && narrow.q90 > 80);
}

static void flat_or_single_measurements_say_nothing(void **state)
{
    const struct wear_point flat[] = {
        {5,  .10},
        {10, .11},
        {20, .10},
        {40, .11}
    };
    struct wear_curve curve;
    struct life_outlook outlook;

    (void)state;
    wear_curve_fit(&curve, flat, 4, .6, NULL);
    assert_false(wear_curve_outlook(&curve, 40, &outlook));
    wear_curve_fit(&curve, flat, 1, .6, NULL);
    assert_false(wear_curve_outlook(&curve, 5, &outlook));
    wear_curve_fit(&curve, flat, 0, .6, NULL);
    assert_false(wear_curve_outlook(&curve, 5, &outlook));
}

static void a_dimension_drifts_to_the_limit_it_leads_to(void **state)
{
    struct wear_point points[20], falling[20];
    struct passage passage;
    struct wear_curve curve = {.is_known = false};
    struct life_outlook outlook;

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        points[i] = (struct wear_point){3.0 * (double)(i + 1), 0};
        points[i].wear = 0.12 * points[i].age + (i % 2 ? 0.4 : -0.4);
        falling[i] = (struct wear_point){points[i].age, -points[i].wear};
    }
    assert_true(dimension_drift_fit(points, 20, 20, NAN, &passage));
    assert_true(fabs(passage.drift - 0.12) < 0.01);
    assert_true(fabs(passage.margin - 12.8) < 0.5);
    wear_curve_mix(&curve, 60, &passage);
    assert_true(wear_curve_outlook(&curve, 60, &outlook));
    assert_true(fabs(outlook.q50 - 107) < 8);

    /* Noise of 0.4 up and down, none wanders: 2 x 0.41 / sqrt(20) now, (0.03 x 0.12
     * x 57)^2 / 57 a unit of age at least, and of the drift 0.41 / 77 by the noise,
     * 0.0036 by wandering, 5 % for ever. In 107 that is 1.0, 8.3 of age, and 80 %
     * are 1.28 times it. */
    assert_true(fabs(passage.u_margin - 0.18) < 0.01);
    assert_true(fabs(passage.diffusion - 7.4e-4) < 0.3e-4);
    assert_true(fabs(passage.u_drift - 0.0088) < 0.0004);
    assert_true(fabs(outlook.q10 - 97) < 3 && fabs(outlook.q90 - 118) < 3);

    assert_true(dimension_drift_fit(falling, 20, NAN, -20, &passage));
    assert_false(dimension_drift_fit(falling, 20, 20, NAN, &passage)); /* no such limit */
    assert_false(dimension_drift_fit(points, 4, 20, NAN, &passage));
    for (size_t i = 0; i < 20; i++)
        points[i].wear = i % 2 ? 0.4 : -0.4;
    assert_false(dimension_drift_fit(points, 20, 20, -20, &passage)); /* no drift */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_measurements_say_when_the_limit_comes),
        cmocka_unit_test(close_to_the_limit_the_noise_of_measuring_counts),
        cmocka_unit_test(wear_that_will_accelerate_is_not_promised_a_straight_line),
        cmocka_unit_test(a_new_edges_zero_is_not_the_steady_phase),
        cmocka_unit_test(past_lives_narrow_what_few_measurements_leave_open),
        cmocka_unit_test(flat_or_single_measurements_say_nothing),
        cmocka_unit_test(a_dimension_drifts_to_the_limit_it_leads_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
