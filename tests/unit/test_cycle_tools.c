/* SPDX-License-Identifier: Apache-2.0 */
/* Tools in the spindle, lines that probe, and what work a cycle was. */
#include "tests/unit/story_scene.h"

#include "daemon/analytics/cycle/segments.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct segment_record *segment(size_t index)
{
    const struct record *record = story_find(&the_story, RECORD_SEGMENT, index);

    assert_non_null(record);
    return &record->segment;
}

static void zero_between_two_tools_is_an_empty_spindle(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 tool 3; 10 execution ACTIVE; 10 tool 0;"
                      "12 tool 1; 30 tool 0; 33 tool 2; 50 tool 0; 51 tool 2;"
                      "72 execution COMPLETED; 100 tick");
    assert_true(cycle(0)->tchg == 5);
    assert_int_equal(story_count(story, RECORD_SEGMENT), 2);
    assert_string_equal(segment(0)->tool, "1");
    assert_true(segment(0)->offset == 2 && segment(0)->dur == 18);
    assert_string_equal(segment(1)->tool, "2");
    assert_true(segment(1)->dur == 39 && segment(1)->tchg == 3);
}

/* The first tool shows what the zero before it was. */
static void zero_is_understood_with_the_first_other_tool(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story,
               "0 execution READY; 0 tool 0; 10 execution ACTIVE; 14 tool 1.000000;"
               "40 tool 0.000000; 44 tool 2.000000; 72 execution COMPLETED;"
               "100 tick");
    assert_true(cycle(0)->tchg == 8);
    assert_int_equal(story_count(story, RECORD_SEGMENT), 2);
    assert_true(segment(0)->offset == 4 && segment(0)->dur == 26);
}

static void zero_is_a_tool_where_there_is_no_other(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 tool 0; 10 execution ACTIVE;"
                      "72 execution COMPLETED; 100 tick");
    assert_true(cycle(0)->tchg == 0);
    assert_int_equal(story_count(story, RECORD_SEGMENT), 1);
    assert_string_equal(segment(0)->tool, "0");
    assert_true(segment(0)->dur == 62);
}

/* Two requests of one machine: the answer with the tool overtakes the other. */
static void a_tool_that_comes_before_its_time_takes_nothing_away(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 tool 3; 10 execution ACTIVE; 10 tool 0;"
                      "12 tool 1; 30 tool 0; 29.8 tool 2; 72 execution COMPLETED;"
                      "100 tick");
    assert_true(cycle(0)->tchg == 2);
    assert_true(segment(0)->offset == 2 && segment(0)->dur == 18);
    assert_true(segment(1)->offset == 20 && segment(1)->dur == 42);
    assert_true(segment(1)->tchg == 0);
}

static void an_unknown_tool_is_no_change(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 tool UNAVAILABLE; 10 execution ACTIVE;"
                      "14 tool 1; 72 execution COMPLETED; 100 tick");
    assert_true(cycle(0)->tchg == 0);
    assert_true(segment(0)->offset == 4);
}

static void what_was_left_in_the_spindle_is_no_visit(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story,
               "0 execution READY; 0 tool 2; 10 execution ACTIVE; 10.2 tool 0;"
               "12 tool 1; 30 tool 0; 33 tool 2; 72 execution COMPLETED; 100 tick");
    assert_int_equal(story_count(story, RECORD_SEGMENT), 2);
    assert_string_equal(segment(1)->tool, "2");
    assert_int_equal(segment(1)->seg, 0);
}

static void lines_tell_probing_and_handling(void **state)
{
    struct story *story = begin();
    char probe[] = "O1:100-120", other[] = "O2:5", handle[] = "900-910";
    char *probing[] = {probe}, *handling[] = {other, handle};

    (void)state;
    story->cycle.probe_lines = (struct option_list){.items = probing, .count = 1};
    story->cycle.aux_lines = (struct option_list){.items = handling, .count = 2};
    story_tell(story, "0 execution READY; 0 program O1; 0 line 1; 10 execution ACTIVE;"
                      "12 line 5; 20 line 100; 24 line 120; 27 line 121; 60 line 905;"
                      "66 line 911; 72 execution COMPLETED; 100 tick");
    assert_true(cycle(0)->probe == 7);
    assert_true(cycle(0)->aux == 6);
    assert_true(cycle(0)->noncut == 49);
}

/* 20 m/min between cuts, 1.2 m/min in them; the override is for cuts. */
static void rapid_moves_are_told_from_feeds(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 spindle_speed 6000; 0 feed 0;"
                      "0 feed_override 100");
    for (int i = 0; i < 3; i++) {
        double start = 10 + 100 * i;

        story_show(story, start, "execution", "run");
        story_show(story, start, "feed", "20000");
        story_show(story, start, "feed_override", "50");
        story_show(story, start + 4, "feed", "1200");
        story_show(story, start + 44, "feed", "20000");
        story_show(story, start + 48, "feed", "0");
        story_show(story, start + 50, "execution", "done");
        story_show(story, start + 50.2, "execution", "idle");
    }
    story_wait(story, 400);
    assert_true(cycle(2)->cut == 40);
    assert_true(cycle(2)->noncut == 10);
    assert_true(fabs(cycle(2)->ct100 - 30) < 1e-6);
    assert_true(fabs(cycle(2)->ovr_loss + 20) < 1e-6);
}

static const struct {
    const char *before;
    enum cycle_kind kind;
} kinds[] = {
    {"5 mode_override.dry_run 1",                  CYCLE_KIND_AIRCUT  },
    {"5 mode_override.single_block 1",             CYCLE_KIND_PROVEOUT},
    {"5 program O9000; 5 program_comment WARM-UP", CYCLE_KIND_WARMUP  },
    {"5 program O77-REWORK",                       CYCLE_KIND_REWORK  },
};

static void what_was_set_before_the_start_says_the_kind(void **state)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct story *story = begin();

        story_tell(story, "0 execution READY");
        story_tell(story, kinds[i].before);
        story_tell(story, "10 execution ACTIVE; 72 execution COMPLETED; 100 tick");
        assert_int_equal(cycle(0)->kind, kinds[i].kind);
        (void)end(state);
    }
}

static void a_lot_for_rework_makes_its_cycles_rework(void **state)
{
    struct story *story = begin();
    struct statement statement = {
        .kind = STATEMENT_LOT, .at = story_moment(1), .who = "olga"};

    (void)state;
    context_init(&statement.context);
    (void)text_copy(statement.context.lot, RECORD_NAME_MAX, "Rework-12");
    story_tell(story, "0 execution READY");
    story_say(story, &statement);
    story_tell(story, "10 execution ACTIVE; 72 execution COMPLETED; 100 tick");
    assert_int_equal(cycle(0)->kind, CYCLE_KIND_REWORK);
}

static void run_to_line(struct story *story, double start, const char *line)
{
    story_show(story, start, "execution", "run");
    story_show(story, start + 1, "line", "1");
    story_show(story, start + 50, "line", line);
    story_show(story, start + 60, "execution", "idle");
}

/* No "done", no counter: the last line says whether the program was completed. */
static void a_program_that_stops_before_its_last_line_was_aborted(void **state)
{
    struct story *story = begin();
    static const char *const lines[] = {"132", "131", "106", "132",
                                        "80",  "80",  "80",  "80"};
    static const enum cycle_class wanted[] = {CYCLE_CLASS_COMPLETE, CYCLE_CLASS_COMPLETE,
                                              CYCLE_CLASS_ABORTED,  CYCLE_CLASS_COMPLETE,
                                              CYCLE_CLASS_ABORTED,  CYCLE_CLASS_ABORTED,
                                              CYCLE_CLASS_COMPLETE, CYCLE_CLASS_COMPLETE};

    (void)state;
    story_tell(story, "0 execution READY; 0 line 0");
    for (size_t i = 0; i < 8; i++)
        run_to_line(story, 10 + 80.0 * (double)i, lines[i]);
    story_wait(story, 800);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(cycle(i)->outcome, wanted[i]);
}

static void the_last_line_can_be_told(void **state)
{
    struct story *story = begin();
    char line[] = "130-140";
    char *ends[] = {line};

    (void)state;
    story->cycle.end_lines = (struct option_list){.items = ends, .count = 1};
    story_tell(story, "0 execution READY; 0 line 0");
    run_to_line(story, 10, "106");
    run_to_line(story, 90, "132");
    story_wait(story, 300);
    assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_ABORTED);
    assert_int_equal(cycle(1)->outcome, CYCLE_CLASS_COMPLETE);
}

static void running_by_hand_is_told_and_is_no_cycle(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 5 mode mdi; 6 execution ACTIVE;"
                      "20 execution READY; 30 mode auto; 31 execution ACTIVE;"
                      "93 execution COMPLETED; 100 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    const struct record *event = story_event(story, "manual_run", 0);
    assert_non_null(event);
    assert_true(event->event.value == 14);
    assert_null(story_event(story, "manual_run", 1));
}

static void run_for(struct story *story, double start, double seconds, const char *how)
{
    story_show(story, start, "execution", "run");
    story_show(story, start + seconds, "execution", how);
    story_show(story, start + seconds + 1, "execution", "idle");
}

/* Aborted after 40 of 60 s, and started again in the middle of the program. */
static void the_rest_of_an_aborted_program_is_flagged(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 program O1");
    for (int i = 0; i < 6; i++)
        run_for(story, 10 + 80.0 * i, 60, "done");
    run_for(story, 500, 40, "idle");
    run_for(story, 600, 22, "done");
    run_for(story, 700, 60, "done");
    story_wait(story, 900);
    assert_int_equal(cycle(6)->outcome, CYCLE_CLASS_ABORTED);
    assert_true(cycle(7)->flags & CYCLE_RESUMED_MIDPROGRAM);
    assert_false(cycle(8)->flags & CYCLE_RESUMED_MIDPROGRAM);
}

/* The tool came back before it had gone, by a clock that was set in between. */
static void a_change_that_ends_before_it_began_takes_no_time(void **state)
{
    const struct segment_cycle told = {story_moment(0), 1};
    const struct segment_clocks gone = {.run_ns = 10 * NS_PER_S};
    const struct segment_clocks back = {.run_ns = 9 * NS_PER_S};
    const struct outlet outlet = {0}; /* no tool has cut, so nothing is written */
    struct segments segments = {0};

    (void)state;
    segments_begin(&segments, "", true, story_moment(10), &gone);
    assert_int_equal(segments_since(&segments).mono_ns, story_moment(10).mono_ns);
    segments_tool(&segments, &outlet, &told, "2", story_moment(9), &back);
    assert_int_equal(segments.changes, 1);
    assert_int_equal(segments.change_ns, 0);
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(zero_between_two_tools_is_an_empty_spindle),
        STORY(zero_is_understood_with_the_first_other_tool),
        STORY(zero_is_a_tool_where_there_is_no_other),
        STORY(a_tool_that_comes_before_its_time_takes_nothing_away),
        STORY(an_unknown_tool_is_no_change),
        STORY(what_was_left_in_the_spindle_is_no_visit),
        STORY(lines_tell_probing_and_handling),
        STORY(rapid_moves_are_told_from_feeds),
        STORY(what_was_set_before_the_start_says_the_kind),
        STORY(a_program_that_stops_before_its_last_line_was_aborted),
        STORY(the_last_line_can_be_told),
        STORY(running_by_hand_is_told_and_is_no_cycle),
        STORY(the_rest_of_an_aborted_program_is_flagged),
        STORY(a_lot_for_rework_makes_its_cycles_rework),
        STORY(a_change_that_ends_before_it_began_takes_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
