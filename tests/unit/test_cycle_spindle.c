/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles of machines of which only the spindle is known: speed, power, current. */
#include "tests/unit/story_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A clamp on the spindle: idle 1.4 A, cutting 5 to 7 A, stale zeros for 12 s. */
static void a_spindle_current_finds_the_cut_and_bridges_stale_data(void **state)
{
    struct story *story = begin();
    char value[16];

    (void)state;
    for (int tenth = 0; tenth < 4190; tenth += 2) {
        double t = tenth / 10.0, phase = fmod(t, 100);
        bool stale = phase > 50 && phase < 62;
        double current = phase < 20 ? 1.4 + 0.05 * sin(t * 7) : 6 + sin(t * 3);

        (void)snprintf(value, sizeof(value), "%.4f", stale ? 0.0 : current);
        story_show(story, t, "spindle_current", value);
    }
    story_wait(story, 500);
    assert_int_equal(story_count(story, RECORD_CYCLE), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(fabs(cycle(i)->started_s -
                         (double)story_moment(20 + 100 * (double)i).wall_ns / 1e9) < 1.5);
        assert_int_equal(cycle(i)->seg_source, SEG_SOURCE_SPINDLE);
    }
    assert_true(fabs(cycle(1)->ct - 80) < 1);
}

/* The drive's noise is a few millionths of what the spindle takes once it turns. */
static void a_drive_that_hums_has_not_started(void **state)
{
    struct story *story = begin();
    char value[32];

    (void)state;
    for (int tenth = 0; tenth < 2000; tenth++) {
        double t = tenth / 10.0;
        bool turns = (t >= 5 && t < 6) || (t >= 12 && t < 80) || (t >= 110 && t < 180);
        double hum = tenth % 3 ? 0.004 * sin(tenth * 0.07) : 0;

        (void)snprintf(value, sizeof(value), "%.6f", turns ? 170 + 20 * sin(t) : hum);
        story_show(story, t, "spindle_power", value);
    }
    story_wait(story, 300);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(fabs(cycle(0)->ct - 75) < 0.01 && !(cycle(0)->flags & CYCLE_PARTIAL));
    assert_true(fabs(cycle(0)->cut - 69) < 0.2);
    assert_true(fabs(cycle(1)->ct - 70) < 0.01 && fabs(cycle(1)->cut - 70) < 0.2);
    assert_true(isnan(cycle(0)->spindle_on)); /* how it runs down is not seen */
}

/* Power is reckoned as torque times speed: running down it trembles, at rest it does not.
 */
static void a_power_that_trembles_tells_a_spindle_that_runs_down(void **state)
{
    struct story *story = begin();
    char value[32];

    (void)state;
    for (int tenth = 0; tenth < 3000; tenth++) {
        double t = tenth / 10.0, phase = fmod(t, 100);
        double power = 1e-4 * sin(tenth * 0.7);

        if ((phase >= 10 && phase < 40) || (phase >= 46 && phase < 60))
            power = 170 + 20 * sin(t);
        else if (phase >= 40 && phase < 42)
            power = (tenth % 3 ? 1 : -0.6) * (42 - phase);
        (void)snprintf(value, sizeof(value), "%.6f", power);
        story_show(story, t, "spindle_power", value);
    }
    story_wait(story, 400);
    assert_int_equal(story_count(story, RECORD_CYCLE), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(cycle(i)->spindle_on - 45.8) < 0.3);
}

/* A tap turns at a fifteenth of the speed of the mill before it. */
static void a_slow_tool_turns_as_well(void **state)
{
    struct story *story = begin();
    char value[32];

    (void)state;
    for (int tenth = 0; tenth < 3000; tenth += 5) {
        double phase = fmod(tenth / 10.0, 100), speed = 0;

        if (phase >= 10 && phase < 40)
            speed = 12000;
        else if (phase >= 40 && phase < 44) /* runs down */
            speed = 3000 * (44 - phase);
        else if (phase >= 46 && phase < 76)
            speed = 800;
        (void)snprintf(value, sizeof(value), "%.1f", speed);
        story_show(story, tenth / 10.0, "spindle_speed", value);
    }
    story_wait(story, 400);
    assert_int_equal(story_count(story, RECORD_CYCLE), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(cycle(i)->spindle_on - 63.5) <= 1);
}

static void values_before_a_silence_belong_to_no_rise(void **state)
{
    struct story *story = begin();
    char value[32];

    (void)state;
    for (int tenth = 0; tenth < 2000; tenth++) {
        double t = tenth / 10.0 + (tenth >= 900 ? 60 : 0);
        bool cuts = (tenth >= 300 && tenth < 900) || (tenth >= 900 && tenth < 1500);

        (void)snprintf(value, sizeof(value), "%.4f",
                       (cuts ? 6 : 1.4) + 0.05 * sin(t * 7));
        story_show(story, t, "spindle_current", value);
    }
    story_wait(story, 400);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(fabs(cycle(0)->ct - 60) < 1 && fabs(cycle(1)->ct - 60) < 1);
    assert_true(isnan(cycle(0)->spindle_on) && fabs(cycle(1)->cut - 60) < 1);
}

/* A speed that is told when it changes is silent while it is steady. */
static void a_steady_speed_told_once_is_no_stop(void **state)
{
    (void)state;
    story_init(&the_story);
    story_tell(&the_story, "0 spindle_speed 0; 10 spindle_speed 8000;"
                           "90 spindle_speed 5000; 150 spindle_speed 0;"
                           "200 spindle_speed 8000; 300 spindle_speed 0; 400 tick");
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 2);
    assert_true(cycle(0)->ct == 140 && cycle(0)->spindle_on == 140);
    assert_true(cycle(1)->ct == 100);
}

/* Stale records show other programs for a moment. */
static void a_spindles_cycle_has_the_program_that_ran_most(void **state)
{
    (void)state;
    story_init(&the_story);
    story_tell(&the_story, "0 program 1; 0 spindle_speed 0");
    for (int t = 1; t <= 200; t++) {
        bool is_stale = t % 10 >= 7 || (t > 60 && t < 72);
        story_show(&the_story, t, "program", is_stale ? t % 2 ? "0" : "4" : "1");
        story_show(&the_story, t, "spindle_speed",
                   t > 20 && t < 150 && !is_stale ? "3000" : "0");
    }
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 1);
    assert_string_equal(cycle(0)->program, "1");
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_spindle_current_finds_the_cut_and_bridges_stale_data),
        STORY(a_drive_that_hums_has_not_started),
        STORY(a_power_that_trembles_tells_a_spindle_that_runs_down),
        STORY(a_slow_tool_turns_as_well),
        STORY(values_before_a_silence_belong_to_no_rise),
        STORY(a_steady_speed_told_once_is_no_stop),
        STORY(a_spindles_cycle_has_the_program_that_ran_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
