/* SPDX-License-Identifier: Apache-2.0 */
/* What completes a cycle where the counter is dead, late, or says otherwise. */
#include "tests/unit/support/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct story the_story;

static int begin(void **state)
{
    (void)state;
    story_init(&the_story);
    return 0;
}

static int end(void **state)
{
    (void)state;
    story_done(&the_story);
    return 0;
}

static const struct cycle_record *cycle(size_t index)
{
    const struct record *record = story_find(&the_story, RECORD_CYCLE, index);

    assert_non_null(record);
    return &record->cycle;
}

static void expect(size_t index, enum cycle_class outcome, int64_t parts)
{
    assert_int_equal(cycle(index)->outcome, outcome);
    assert_int_equal(cycle(index)->parts, parts);
}

/* `count` cycles of 60 s from `at` on, ended by `last`. */
static double run_cycles(double at, int count, const char *last)
{
    for (int i = 0; i < count; i++, at += 80) {
        story_show(&the_story, at, "execution", "ACTIVE");
        story_show(&the_story, at + 60, "execution", last);
        story_show(&the_story, at + 60.5, "execution", "READY");
    }
    return at;
}

static void a_counter_that_never_moves_does_not_abort_cycles(void **state)
{
    (void)state;
    story_tell(&the_story, "0 part_count 0; 0 execution READY");
    double at = run_cycles(10, 3, "READY");
    story_show(&the_story, at, "part_count", "UNAVAILABLE");
    story_show(&the_story, at + 1, "part_count", "0");
    at = run_cycles(at + 5, 3, "READY");
    story_wait(&the_story, at + 10);
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 6);
    for (size_t i = 0; i < 6; i++)
        expect(i, CYCLE_CLASS_COMPLETE, 1);
    assert_non_null(story_event(&the_story, "counter_dead", 0));
    assert_null(story_event(&the_story, "counter_dead", 1));
}

static void a_dead_counter_does_not_hide_parts_of_completed_programs(void **state)
{
    (void)state;
    the_story.cycle.parts_per_cycle = 2;
    story_tell(&the_story, "0 part_count 4711; 0 execution READY");
    double at = run_cycles(10, 2, "COMPLETED");
    story_wait(&the_story, at + 10);
    expect(0, CYCLE_CLASS_COMPLETE, 2);
    expect(1, CYCLE_CLASS_COMPLETE, 2);
}

/* Programs end while they run; who resets out of a feed hold gives the part up. */
static void a_reset_out_of_a_hold_is_an_abort(void **state)
{
    (void)state;
    story_tell(&the_story, "0 execution READY; 10 execution ACTIVE;"
                           "50 execution FEED_HOLD; 58 execution READY;"
                           "80 execution ACTIVE; 100 execution FEED_HOLD;"
                           "105 execution ACTIVE; 140 execution READY; 200 tick");
    expect(0, CYCLE_CLASS_ABORTED, 0);
    expect(1, CYCLE_CLASS_COMPLETE, 1);
}

static void a_first_count_that_comes_late_is_no_second_part(void **state)
{
    (void)state;
    story_tell(&the_story, "0 part_count 7; 0 execution READY; 10 execution ACTIVE;"
                           "70 execution READY; 80 part_count 8; 90 execution ACTIVE;"
                           "150 execution READY; 151 part_count 9; 200 tick");
    expect(0, CYCLE_CLASS_COMPLETE, 1);
    assert_true(cycle(0)->flags & CYCLE_CORRECTED);
    expect(1, CYCLE_CLASS_COMPLETE, 1);
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 2);
}

static void the_first_count_takes_back_what_was_assumed(void **state)
{
    (void)state;
    story_tell(&the_story, "0 part_count 7; 0 execution READY; 10 execution ACTIVE;"
                           "40 execution READY; 80 execution ACTIVE;"
                           "142 execution READY; 142.3 part_count 8;"
                           "160 execution ACTIVE; 190 execution READY; 300 tick");
    expect(0, CYCLE_CLASS_ABORTED, 0);
    assert_true(cycle(0)->flags & CYCLE_CORRECTED);
    expect(1, CYCLE_CLASS_COMPLETE, 1);
    expect(2, CYCLE_CLASS_ABORTED, 0);
}

static void corrections_count_once_in_a_run(void **state)
{
    struct statement statement = {.kind = STATEMENT_RUN_START,
                                  .at = story_moment(1),
                                  .who = "",
                                  .target = RECORD_UNKNOWN,
                                  .run_id = "",
                                  .tool = "",
                                  .text = ""};

    (void)state;
    the_story.cycle.parts_per_cycle = 2;
    context_init(&statement.context);
    statement.context.run_seq = 1;
    story_tell(&the_story, "0 part_count 10; 0 execution READY");
    story_say(&the_story, &statement);
    story_tell(&the_story, "10 execution ACTIVE; 70 execution READY; 70.5 part_count 12;"
                           "90 execution ACTIVE; 150 execution READY; 158 tick;"
                           "160 part_count 14; 200 tick");
    expect(1, CYCLE_CLASS_COMPLETE, 2);
    assert_true(cycle(1)->flags & CYCLE_CORRECTED);
    assert_int_equal(tracker_run(the_story.tracker).parts, 4);
}

/* Without a counter nothing else tells that the loss is over. */
static void only_the_cycle_that_a_loss_touched_is_flagged(void **state)
{
    (void)state;
    story_tell(&the_story, "0 execution READY; 10 execution ACTIVE; 70 execution READY;"
                           "80 execution UNAVAILABLE; 90 execution READY");
    double at = run_cycles(100, 3, "READY");
    story_wait(&the_story, at + 10);
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 4);
    assert_int_equal(cycle(0)->flags & CYCLE_GAP, 0);
    assert_int_equal(cycle(1)->flags & CYCLE_GAP, CYCLE_GAP);
    assert_int_equal(cycle(2)->flags & CYCLE_GAP, 0);
    assert_int_equal(cycle(3)->flags & CYCLE_GAP, 0);
}

/* The counter was not lost, and counts before the program's end. */
static void a_count_long_after_a_loss_is_this_cycles(void **state)
{
    (void)state;
    story_tell(&the_story, "0 part_count 5; 0 execution READY; 10 execution ACTIVE;"
                           "66 part_count 6; 70 execution READY;"
                           "80 execution UNAVAILABLE; 90 execution READY;"
                           "100 execution ACTIVE; 156 part_count 7;"
                           "160 execution READY; 200 tick");
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 2);
    expect(1, CYCLE_CLASS_COMPLETE, 1);
}

/* Four to a fixture, and nobody said so. */
static void parts_of_one_cycle_are_counted_together(void **state)
{
    char value[16];

    (void)state;
    story_tell(&the_story, "0 part_count 100; 0 execution READY");
    for (int i = 0; i < 5; i++) {
        double at = 10 + 60 * i;

        story_show(&the_story, at, "execution", "ACTIVE");
        story_show(&the_story, at + 40, "execution", "COMPLETED");
        (void)snprintf(value, sizeof(value), "%d", 104 + 4 * i);
        story_show(&the_story, at + 40.5, "part_count", value);
        story_show(&the_story, at + 45, "execution", "READY");
    }
    story_show(&the_story, 320, "part_count", "132"); /* typed, when none was due */
    story_wait(&the_story, 400);
    for (size_t i = 0; i < 5; i++)
        expect(i, CYCLE_CLASS_COMPLETE, 4);
    assert_true(story_event(&the_story, "batch_learned", 0)->event.value == 4);
    assert_non_null(story_event(&the_story, "counter_preset", 0));
}

/* Programs that end well have made a part: the count may be a few seconds late. */
static void a_count_soon_after_done_is_that_cycles(void **state)
{
    (void)state;
    story_tell(&the_story,
               "0 part_count 5; 0 execution READY; 10 execution ACTIVE;"
               "66 execution COMPLETED; 66.5 part_count 6; 70 execution READY;"
               "80 execution ACTIVE; 140 execution COMPLETED;"
               "145 part_count 7; 160 part_count 8; 200 tick");
    expect(1, CYCLE_CLASS_COMPLETE, 1);
    assert_true(cycle(1)->flags & CYCLE_CORRECTED);
    assert_non_null(story_event(&the_story, "parts_unattributed", 0));
}

static double run_to_line(double at, int line)
{
    char value[16];

    story_show(&the_story, at, "execution", "ACTIVE");
    for (int shown = 10; shown <= line; shown += 10) {
        (void)snprintf(value, sizeof(value), "%d", shown);
        story_show(&the_story, at + shown / 10.0, "line", value);
    }
    story_show(&the_story, at + line / 10.0 + 1, "execution", "READY");
    return at + 100;
}

/* Nothing is known of the program when its first parts are given up; the first whole one
 * tells. */
static void an_abort_before_the_first_whole_part_is_found_later(void **state)
{
    static const int lines[] = {90, 310, 600, 600, 600, 200, 700, 700};
    static const int wanted[] = {2, 2, 1, 1, 1, 2, 1, 1}; /* 700: it was edited */
    double at = 10;

    (void)state;
    story_tell(&the_story, "0 line 1; 0 execution READY");
    for (size_t i = 0; i < 8; i++)
        at = run_to_line(at, lines[i]);
    story_wait(&the_story, at + 100);
    assert_int_equal(story_count(&the_story, RECORD_CYCLE), 8);
    for (size_t i = 0; i < 8; i++) {
        size_t k = 0; /* corrections come later: by number */

        while (cycle(k)->cycle_no != (int64_t)i + 1)
            k++;
        expect(k, (enum cycle_class)wanted[i], wanted[i] == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_counter_that_never_moves_does_not_abort_cycles,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            a_dead_counter_does_not_hide_parts_of_completed_programs, begin, end),
        cmocka_unit_test_setup_teardown(a_reset_out_of_a_hold_is_an_abort, begin, end),
        cmocka_unit_test_setup_teardown(a_first_count_that_comes_late_is_no_second_part,
                                        begin, end),
        cmocka_unit_test_setup_teardown(the_first_count_takes_back_what_was_assumed,
                                        begin, end),
        cmocka_unit_test_setup_teardown(corrections_count_once_in_a_run, begin, end),
        cmocka_unit_test_setup_teardown(parts_of_one_cycle_are_counted_together, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_count_soon_after_done_is_that_cycles, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            an_abort_before_the_first_whole_part_is_found_later, begin, end),
        cmocka_unit_test_setup_teardown(only_the_cycle_that_a_loss_touched_is_flagged,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_count_long_after_a_loss_is_this_cycles, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
