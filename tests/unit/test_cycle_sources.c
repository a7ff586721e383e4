/* SPDX-License-Identifier: Apache-2.0 */
/* Where cycles come from: counters, bits, lights. */
#include "tests/unit/story_scene.h"

#include "daemon/analytics/cycle/counter.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- counters --------------------------------------------------------------------- */

static void counters_move_as_domain_md_1_4_says(void **state)
{
    static const struct {
        int64_t modulus, from, to, seconds;
        enum counter_change change;
        int64_t parts;
    } cases[] = {
        {65536, 65534, 1,   600, COUNTER_WRAP,      3},
        {65536, 1,     0,   60,  COUNTER_RESET,     0},
        {65536, 0,     120, 300, COUNTER_PRESET,    0},
        {0,     120,   2,   600, COUNTER_RESET,     2},
        {0,     2,     3,   130, COUNTER_INCREMENT, 1},
        {0,     3,     100, 100, COUNTER_PRESET,    0},
        {0,     100,   101, 100, COUNTER_INCREMENT, 1},
        {0,     7,     7,   100, COUNTER_SAME,      0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct counter counter = {0};
        struct counter_rules rules = {cases[i].modulus, 1, 0, 120 * NS_PER_S, false};
        struct moment at = story_moment(0);

        (void)counter_observe(&counter, &rules, cases[i].from, at, false);
        at = moment_plus(at, cases[i].seconds * NS_PER_S);
        struct counter_step step =
            counter_observe(&counter, &rules, cases[i].to, at, false);
        assert_int_equal(step.change, cases[i].change);
        assert_int_equal(step.parts, cases[i].parts);
    }
}

static void a_torn_read_counts_nothing(void **state)
{
    struct counter counter = {0};
    struct counter_rules rules = {0, 1, 0, 30 * NS_PER_S, true};
    static const int64_t polled[] = {65535, 131071, 65536, 65536, 65537};
    int64_t parts = 0;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        parts += counter_observe(&counter, &rules, polled[i],
                                 story_moment((double)i * 60), false)
                     .parts;
    assert_int_equal(parts, 2);
}

static void a_big_jump_is_believed_when_seen_twice(void **state)
{
    struct counter counter = {0};
    struct counter_rules rules = {0, 1, 0, 30 * NS_PER_S, true};

    (void)state;
    (void)counter_observe(&counter, &rules, 10, story_moment(0), false);
    assert_int_equal(
        counter_observe(&counter, &rules, 14, story_moment(600), false).change,
        COUNTER_WAITS);
    struct counter_step step =
        counter_observe(&counter, &rules, 14, story_moment(601), false);
    assert_int_equal(step.parts, 4);
    assert_true(step.at.mono_ns == story_moment(600).mono_ns);
}

static void an_announced_reset_needs_no_guess(void **state)
{
    struct counter counter = {0};
    struct counter_rules rules = {0, 1, 0, 30 * NS_PER_S, false};

    (void)state;
    (void)counter_observe(&counter, &rules, 100, story_moment(0), false);
    struct counter_step step =
        counter_observe(&counter, &rules, 200, story_moment(5), true);
    assert_int_equal(step.change, COUNTER_RESET);
    assert_int_equal(step.parts, 0);
}

/* --- where the execution comes from ------------------------------------------------ */

static void lamps_say_what_the_control_does(void **state)
{
    struct story *story = begin();

    (void)state;
    story->tick_every_ms = 100;
    story_tell(story, "0 operating 0; 0 cycle_start_lamp 0; 0 feed_hold_lamp 0;"
                      "10 operating 1; 10 cycle_start_lamp 1;"
                      "30 cycle_start_lamp 0; 30 feed_hold_lamp 1;"
                      "40 cycle_start_lamp 1; 40 feed_hold_lamp 0;"
                      "60 cycle_start_lamp 0; 75 cycle_start_lamp 1;"
                      "100 program_end 1; 100 operating 0; 100 cycle_start_lamp 0;"
                      "200 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    assert_true(cycle(0)->ct == 90);
    assert_true(cycle(0)->hold == 10);
    assert_true(cycle(0)->pstop == 15);
    assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_COMPLETE);
    assert_int_equal(cycle(0)->seg_source, SEG_SOURCE_EXECUTION);
}

static void a_cycle_bit_makes_cycles_and_a_flicker_none(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 cycle_bit 0; 10 cycle_bit 1; 40 cycle_bit 0; 40.2 cycle_bit 1;"
                      "72 cycle_bit 0; 200 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    assert_true(cycle(0)->ct == 62);
    assert_int_equal(cycle(0)->seg_source, SEG_SOURCE_CYCLE_BIT);
}

static void a_polled_edge_lies_between_two_polls(void **state)
{
    struct story *story = begin();
    char value[8];

    (void)state;
    story->uncertainty_ns = 5 * NS_PER_MS;
    for (int second = 0; second < 200; second++) {
        (void)snprintf(value, sizeof(value), "%s",
                       second >= 10 && second < 72 ? "run" : "idle");
        story_show(story, second, "execution", value);
    }
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    assert_true(story_find(story, RECORD_CYCLE, 0)->wall_ns ==
                story_moment(71.5).wall_ns);
    assert_true(fabs(cycle(0)->ct - 62) < 1e-9);
    assert_true(fabs(cycle(0)->u_ct - 1 / sqrt(6)) < 1e-9);
}

static void a_stack_light_makes_cycles_and_flashing_does_not_end_them(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 stack_light.green off; 0 stack_light.amber off;"
                      "10 stack_light.green on; 72 stack_light.green off;"
                      "73 stack_light.amber on; 73.5 stack_light.amber off;"
                      "74 stack_light.amber on; 74.5 stack_light.amber off;"
                      "90 stack_light.green on; 152 stack_light.green off; 200 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(cycle(0)->net == 63); /* amber flashes from 73 to 74.5: a hold */
    assert_true(cycle(0)->hold == 1.5);
    assert_true(cycle(1)->ct == 62);
    assert_int_equal(cycle(1)->seg_source, SEG_SOURCE_STACK_LIGHT);
}

static void a_counter_alone_gives_part_to_part_time_only(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 part_count 10; 80 part_count 11; 160.5 part_count 12;"
                      "320.5 part_count 14; 400 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(isnan(cycle(0)->ct));
    assert_true(cycle(0)->ptp == 80.5);
    assert_int_equal(cycle(0)->seg_source, SEG_SOURCE_COUNTER);
    assert_int_equal(cycle(1)->count, 2);
    assert_true(cycle(1)->flags & CYCLE_ESTIMATED);
    assert_true(cycle(1)->ptp == 80);
}

static void a_start_seen_while_waiting_for_a_better_source_is_seen(void **state)
{
    static const char *const stories[] = {
        "0 operating 0; 0 cycle_start_lamp 0; 0.2 operating 0; 2 operating 1;"
        "2 cycle_start_lamp 1; 62 operating 0; 62 cycle_start_lamp 0; 62 program_end 1;"
        "200 tick",
        "0 stack_light.green off; 1 stack_light.green off; 4 stack_light.green on;"
        "64 stack_light.green off; 200 tick",
    };

    for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
        struct story *story = begin();

        story->tick_every_ms = 100;
        story_tell(story, stories[i]);
        assert_int_equal(story_count(story, RECORD_CYCLE), 1);
        assert_true(cycle(0)->ct == 60);
        assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_COMPLETE);
        assert_int_equal(cycle(0)->flags, 0);
        (void)end(state);
    }
}

static void a_missed_value_flags_the_cycle_of_any_source(void **state)
{
    static const char *const sources[][3] = {
        {"spindle_speed",     "3000", "0"  },
        {"stack_light.green", "on",   "off"},
        {"cycle_bit",         "1",    "0"  },
        {"operating",         "1",    "0"  },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        story_init(&the_story);
        for (int t = 0; t <= 330; t++) {
            bool runs = (t >= 20 && t < 120) || (t >= 160 && t < 260);
            story_show(&the_story, t, sources[i][0],
                       t == 60 ? "UNAVAILABLE" : sources[i][runs ? 1 : 2]);
            if (strcmp(sources[i][0], "operating") == 0)
                story_show(&the_story, t, "cycle_start_lamp", runs ? "1" : "0");
        }
        assert_int_equal(story_count(&the_story, RECORD_CYCLE), 2);
        assert_int_equal(cycle(0)->flags & CYCLE_GAP, CYCLE_GAP);
        assert_int_equal(cycle(1)->flags & CYCLE_GAP, 0);
        assert_true(cycle(0)->ct >= 99 && cycle(0)->ct <= 101);
        (void)end(NULL);
    }
}

static void a_counter_wraps_where_counters_do(void **state)
{
    static const int64_t wraps[] = {10000, 32768, 65536, 100000, 1000000, 4294967296};

    (void)state;
    for (size_t i = 0; i < sizeof(wraps) / sizeof(*wraps); i++) {
        struct counter counter = {0};
        struct counter_rules rules = {0, 1, 0, 30 * NS_PER_S, false};

        (void)counter_observe(&counter, &rules, wraps[i] - 1, story_moment(0), false);
        struct counter_step step =
            counter_observe(&counter, &rules, 0, story_moment(60), false);
        assert_int_equal(step.change, COUNTER_WRAP);
        assert_int_equal(step.parts, 1);
    }
}

static void a_hold_with_an_empty_bar_feeder_is_a_wait(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 10 execution ACTIVE; 30 bar_end 1;"
                      "30 execution INTERRUPTED; 55 bar_end 0; 55 execution ACTIVE;"
                      "60 execution INTERRUPTED; 65 execution ACTIVE;"
                      "97 execution COMPLETED; 200 tick");
    assert_true(cycle(0)->wait == 25);
    assert_true(cycle(0)->hold == 5);
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(counters_move_as_domain_md_1_4_says),
        STORY(a_torn_read_counts_nothing),
        STORY(a_big_jump_is_believed_when_seen_twice),
        STORY(an_announced_reset_needs_no_guess),
        STORY(lamps_say_what_the_control_does),
        STORY(a_cycle_bit_makes_cycles_and_a_flicker_none),
        STORY(a_polled_edge_lies_between_two_polls),
        STORY(a_stack_light_makes_cycles_and_flashing_does_not_end_them),
        STORY(a_counter_alone_gives_part_to_part_time_only),
        STORY(a_start_seen_while_waiting_for_a_better_source_is_seen),
        STORY(a_missed_value_flags_the_cycle_of_any_source),
        STORY(a_counter_wraps_where_counters_do),
        STORY(a_hold_with_an_empty_bar_feeder_is_a_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
