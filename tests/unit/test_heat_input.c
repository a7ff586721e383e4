/* SPDX-License-Identifier: Apache-2.0 */
/* What pauses, stops and nights make of the heat that a spindle is thought to have. */
#include "daemon/analytics/thermal/heat_input.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct heat_limits limits = {.max_speed = 12000};

static struct moment at_minute(double minutes)
{
    int64_t ns = (int64_t)(minutes * 60e9);

    return (struct moment){.mono_ns = ns, .wall_ns = ns};
}

static void run(struct heat_input *heat, double minutes, bool is_running)
{
    heat_input_move(heat, at_minute(minutes));
    heat_input_run(heat, &limits, is_running);
}

static void a_pause_is_work_and_a_stop_is_not(void **state)
{
    struct heat_input heat;

    (void)state;
    heat_input_init(&heat);
    run(&heat, 0, true);
    for (int part = 0; part < 60; part++) {
        run(&heat, 3 * part + 2, false);
        run(&heat, 3 * part + 3, true);
    }
    run(&heat, 180, false);
    double work = heat.mean;
    assert_true(fabs(work - 2.0 / 3) < 0.06);

    heat_input_move(&heat, at_minute(184));
    assert_true(heat_input_target(&heat) > 0.4);
    heat_input_move(&heat, at_minute(186));
    assert_true(heat_input_target(&heat) == 0);
    assert_true(heat_input_idle_s(&heat, at_minute(186)) == 360);

    run(&heat, 240, true);
    assert_true(heat_input_target(&heat) == work);
    assert_true(heat_input_idle_s(&heat, at_minute(240)) == -1);
}

static void a_night_makes_the_first_cycles_cold(void **state)
{
    struct heat_input heat;

    (void)state;
    heat_input_init(&heat);
    run(&heat, 0, true);
    heat_input_move(&heat, at_minute(5));
    assert_false(heat_input_is_cold(&heat)); /* nothing is known of what was before */
    run(&heat, 300, false);
    run(&heat, 325, true);
    assert_false(heat_input_is_cold(&heat)); /* a break is too short */
    run(&heat, 480, false);
    run(&heat, 1440, true);
    assert_true(heat_input_is_cold(&heat));
    heat_input_move(&heat, at_minute(1440 + 27));
    assert_true(heat_input_is_cold(&heat));
    heat_input_move(&heat, at_minute(1440 + 29)); /* 40 min ln 2 = 27.7 min */
    assert_false(heat_input_is_cold(&heat));
}

static void how_often_it_is_asked_changes_nothing(void **state)
{
    struct heat_input seldom, often;

    (void)state;
    heat_input_init(&seldom);
    heat_input_init(&often);
    const double changes[] = {0, 7, 9, 50, 53.5, 120, 180, 200, 900};
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        for (double minute = i ? changes[i - 1] : 0; minute < changes[i]; minute += 0.75)
            heat_input_move(&often, at_minute(minute));
        run(&often, changes[i], i % 2 == 0);
        run(&seldom, changes[i], i % 2 == 0);
        assert_true(fabs(seldom.mean - often.mean) < 1e-12);
        assert_true(fabs(seldom.states[2] - often.states[2]) < 1e-12);
        assert_int_equal(seldom.has_cooled, often.has_cooled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_is_work_and_a_stop_is_not),
        cmocka_unit_test(a_night_makes_the_first_cycles_cold),
        cmocka_unit_test(how_often_it_is_asked_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
