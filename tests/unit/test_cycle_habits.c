/* SPDX-License-Identifier: Apache-2.0 */
/* Stories beyond the worked scenarios: gaps, kinds, orphans. */
#include "tests/unit/story_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct record *state_at(double seconds)
{
    int64_t wall_ns = story_moment(seconds).wall_ns;

    for (size_t i = 0; i < story_count(&the_story, RECORD_STATE); i++) {
        const struct record *record = story_find(&the_story, RECORD_STATE, i);
        int64_t until = isnan(record->state.dur)
                            ? INT64_MAX
                            : record->wall_ns + llround(record->state.dur * 1e9);
        if (wall_ns >= record->wall_ns && wall_ns < until)
            return record;
    }
    fail_msg("no state at %g", seconds);
    return NULL;
}

/* --- parts without cycles, cycles without parts ------------------------------------ */

static void an_orphan_part_corrects_its_cycle(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 part_count 5; 0 execution READY; 10 execution ACTIVE;"
                      "72 execution READY; 80 tick; 84 part_count 6; 100 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_COMPLETE);
    assert_int_equal(cycle(0)->parts, 1);
    assert_true(cycle(0)->flags & CYCLE_CORRECTED);
    assert_int_equal(story->records[story->count - 1].kind, RECORD_CYCLE);
}

static void parts_made_unseen_are_one_estimate(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story,
               "0 part_count 5; 0 execution READY; 10 execution ACTIVE;"
               "72 execution COMPLETED; 72.3 part_count 6;"
               "100 execution UNAVAILABLE; 700 execution READY; 700 part_count 16;"
               "800 execution ACTIVE; 862 execution COMPLETED; 862.2 part_count 17;"
               "900 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 3);
    assert_int_equal(cycle(1)->count, 10);
    assert_true(cycle(1)->flags & CYCLE_ESTIMATED);
    assert_true(cycle(1)->ct == 60);
    assert_int_equal(cycle(1)->parts, 10);
    assert_int_equal(cycle(2)->parts, 1);
    assert_true(cycle(2)->ct == 62);
}

static void a_loop_is_learned_from_five_counts(void **state)
{
    struct story *story = begin();
    char count[16];

    (void)state;
    story_tell(story, "0 part_count 0; 0 execution READY; 10 execution ACTIVE");
    for (int part = 1; part <= 20; part++) {
        (void)snprintf(count, sizeof(count), "%d", part);
        story_show(story, 10 + 45.0 * part, "part_count", count);
    }
    story_tell(story, "920 execution READY; 1000 tick");
    const struct record *event = story_event(story, "boundary_learned", 0);
    assert_non_null(event);
    assert_string_equal(event->event.text, "partcount");
    assert_int_equal(story_count(story, RECORD_CYCLE), 21);
    for (size_t i = 0; i < 20; i++)
        assert_true(cycle(i)->parts == 1 && cycle(i)->ct == 45 && cycle(i)->flags == 0);
    assert_int_equal(cycle(20)->kind, CYCLE_KIND_AUX);
}

static void a_loop_of_short_parts_is_learned_as_well(void **state)
{
    struct story *story = begin();
    char count[16];

    (void)state;
    story_tell(story, "0 part_count 0; 0 execution READY; 10 execution ACTIVE");
    for (int part = 1; part <= 12; part++) {
        (void)snprintf(count, sizeof(count), "%d", part);
        story_show(story, 10 + 20.5 * part, "part_count", count);
    }
    story_tell(story, "262 execution READY; 300 tick");
    assert_string_equal(story_event(story, "boundary_learned", 0)->event.text,
                        "partcount");
    for (size_t i = 0; i < 12; i++)
        assert_true(cycle(i)->parts == 1 && cycle(i)->ct == 20.5 && cycle(i)->flags == 0);
}

static void the_grace_is_learned_and_published(void **state)
{
    struct story *story = begin();
    char count[16];

    (void)state;
    story_tell(story, "0 part_count 0; 0 execution READY");
    for (int part = 1; part <= 25; part++) {
        double t = 100.0 * part;

        (void)snprintf(count, sizeof(count), "%d", part);
        story_show(story, t, "execution", "run");
        story_show(story, t + 60, "execution", "done");
        story_show(story, t + 61.5, "part_count", count);
    }
    const struct record *event = story_event(story, "grace_learned", 0);
    assert_non_null(event);
    assert_true(fabs(event->event.value - 3) < 0.01);
}

/* --- gaps and reasons -------------------------------------------------------------- */

#define CYCLE_AT(start)                                   \
    story_show(story, (start), "execution", "run");       \
    story_show(story, (start) + 60, "execution", "done"); \
    story_show(story, (start) + 60.2, "execution", "idle")

static void every_gap_has_one_reason(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 program O1");
    for (int i = 0; i < 8; i++) {
        CYCLE_AT(10 + 80 * i); /* gaps of 20 s: loading */
    }
    story_tell(story, "660 condition.system 1042; 670 condition.system normal");
    CYCLE_AT(710);  /* gap 630..710: fault */
    CYCLE_AT(900);  /* gap 130 s: minor */
    CYCLE_AT(1500); /* 540 s: unreasoned */
    story_tell(story, "1600 program O2");
    CYCLE_AT(1650); /* another program: set-up */
    story_tell(story, "1730 bar_end 1; 1740 bar_end 0");
    CYCLE_AT(1760);
    story_tell(story, "1900 execution UNAVAILABLE; 1950 execution READY");
    CYCLE_AT(1970);

    assert_int_equal(state_at(80)->state.reason, REASON_LOAD);
    assert_int_equal(state_at(100)->state.reason, REASON_NONE);
    assert_int_equal(state_at(640)->state.reason, REASON_FAULT);
    assert_string_equal(state_at(640)->state.text, "1042");
    assert_int_equal(state_at(800)->state.reason, REASON_MINOR);
    assert_int_equal(state_at(1000)->state.reason, REASON_DOWN_UNREASONED);
    assert_int_equal(state_at(1600)->state.reason, REASON_SETUP);
    assert_int_equal(state_at(1720)->state.reason, REASON_BAR);
    assert_int_equal(state_at(1920)->state.reason, REASON_UNKNOWN);
    assert_true(cycle(3)->load == 20);
    assert_true(cycle(11)->flags & CYCLE_FIRST_AFTER_SETUP);
}

static void a_reason_given_later_corrects_the_stop(void **state)
{
    struct story *story = begin();
    struct statement statement = {.kind = STATEMENT_REASON,
                                  .at = story_moment(3000),
                                  .who = "olga",
                                  .text = "no material",
                                  .about = story_moment(500)};

    (void)state;
    context_init(&statement.context);
    story_tell(story, "0 execution READY");
    CYCLE_AT(10);
    CYCLE_AT(1000);
    assert_int_equal(state_at(500)->state.reason, REASON_DOWN_UNREASONED);
    size_t states = story_count(story, RECORD_STATE);
    story_say(story, &statement);
    assert_int_equal(state_at(500)->state.reason, REASON_OPERATOR);
    assert_string_equal(state_at(500)->state.text, "no material");
    assert_int_equal(story_count(story, RECORD_STATE), states);
}

/* The shift is over when people find the time to say what its stops were. */
static void a_reason_is_kept_for_the_stops_that_lasted(void **state)
{
    struct story *story = begin();
    struct statement statement = {.kind = STATEMENT_REASON,
                                  .at = story_moment(4000),
                                  .who = "olga",
                                  .text = "no material",
                                  .about = story_moment(500)};

    (void)state;
    context_init(&statement.context);
    story_tell(story, "0 execution READY");
    CYCLE_AT(10);
    for (int i = 0; i < 30; i++) {
        CYCLE_AT(1000 + 80 * i);
    }
    story_say(story, &statement);
    const struct record *told = &story->records[story->count - 1];
    assert_string_equal(told->state.text, "no material");
    assert_true(fabs(told->state.dur - (1000 - 70)) < 1);
    assert_null(story_event(story, "reason_unused", 0));
    statement.about = story_moment(2);
    story_say(story, &statement);
    assert_non_null(story_event(story, "reason_unused", 0));
}

static void an_emergency_stop_aborts(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story,
               "0 execution READY; 10 execution ACTIVE; 40 emergency_stop TRIGGERED;"
               "41 execution READY; 300 emergency_stop ARMED;"
               "400 execution ACTIVE; 460 execution COMPLETED; 500 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_ABORTED);
    assert_true(cycle(0)->ct == 30);
    assert_int_equal(cycle(0)->parts, 0);
    assert_int_equal(state_at(100)->state.reason, REASON_FAULT);
}

/* --- kinds -------------------------------------------------------------------------- */

static const struct {
    const char *before, *inside;
    enum cycle_kind kind;
} kinds[] = {
    {"5 program O1234",    "",                                                          CYCLE_KIND_PROD    },
    {"5 program WARMUP-1", "",                                                          CYCLE_KIND_WARMUP  },
    {"5 program X-TRAN.M", "",                                                          CYCLE_KIND_AUX     },
    {"5 program O1",       "20 mode_override.single_block 1",                           CYCLE_KIND_PROVEOUT},
    {"5 program O1",       "20 mode_override.dry_run 1",                                CYCLE_KIND_AIRCUT  },
    {"5 program O1",       "20 function setup",                                         CYCLE_KIND_PROVEOUT},
    {"5 program O1",       "20 function process_development; 20.6 function production",
     CYCLE_KIND_PROD                                                                                       },
    {"5 program O1",       "20 feed_override 40",                                       CYCLE_KIND_PROVEOUT},
};

static void cycles_are_of_a_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct story *story = begin();

        story_tell(story, "0 execution READY; 0 function production");
        story_tell(story, kinds[i].before);
        story_tell(story, "10 execution ACTIVE");
        story_tell(story, kinds[i].inside);
        story_tell(story, "72 execution COMPLETED; 100 tick");
        assert_int_equal(cycle(0)->kind, kinds[i].kind);
        (void)end(state);
    }
}

static void another_program_in_the_cycle_ends_it(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 program O1; 10 execution ACTIVE;"
                      "50 program O2; 90 execution COMPLETED; 100 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(cycle(0)->ct == 40);
    assert_string_equal(cycle(0)->program, "O1");
    assert_true(cycle(1)->ct == 40);
    assert_string_equal(cycle(1)->program, "O2");
}

static void a_program_shown_for_a_moment_ends_nothing(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 program O1; 10 execution ACTIVE;"
                      "50 program O8001; 52 program O9; 54.5 program O1; 60 line 7;"
                      "88 program O2; 90 execution COMPLETED; 91 execution READY;"
                      "99 execution ACTIVE; 150 execution COMPLETED; 160 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(cycle(0)->ct == 80 && cycle(1)->ct == 51);
    assert_string_equal(cycle(0)->program, "O1");
    assert_string_equal(cycle(1)->program, "O2");
}

/* --- paths ---------------------------------------------------------------------------
 */

static const char two_paths[] =
    "0 execution READY; 0 path2/execution READY; 10 execution ACTIVE;"
    "12 path2/execution ACTIVE; 60 execution COMPLETED; 75 path2/execution COMPLETED;"
    "75.2 execution READY; 75.2 path2/execution READY; 200 tick";

static void two_paths_are_one_cycle(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, two_paths);
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    assert_true(cycle(0)->ct == 65);
    assert_int_equal(cycle(0)->outcome, CYCLE_CLASS_COMPLETE);
}

static void two_paths_may_be_kept_apart(void **state)
{
    struct story *story = begin();

    (void)state;
    story->cycle.paths = PATHS_SEPARATE;
    story_tell(story, two_paths);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    assert_true(cycle(0)->ct == 50);
    assert_true(cycle(1)->ct == 63);
    assert_int_equal(story_find(story, RECORD_CYCLE, 1)->path, 2);
}

static void a_snapshot_of_another_layout_is_refused(void **state)
{
    struct story *story = begin();
    static const char nonsense[64] = "not a snapshot";

    (void)state;
    story_begin(story);
    assert_true(tracker_restore(story->tracker, nonsense, sizeof(nonsense)) < 0);
    assert_true(tracker_restore(story->tracker, nonsense, 0) < 0);
    story_tell(story, "0 execution READY; 10 execution ACTIVE; 72 execution COMPLETED;"
                      "100 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(an_orphan_part_corrects_its_cycle),
        STORY(parts_made_unseen_are_one_estimate),
        STORY(a_loop_is_learned_from_five_counts),
        STORY(a_loop_of_short_parts_is_learned_as_well),
        STORY(the_grace_is_learned_and_published),
        STORY(every_gap_has_one_reason),
        STORY(a_reason_given_later_corrects_the_stop),
        STORY(a_reason_is_kept_for_the_stops_that_lasted),
        STORY(an_emergency_stop_aborts),
        STORY(cycles_are_of_a_kind),
        STORY(another_program_in_the_cycle_ends_it),
        STORY(a_program_shown_for_a_moment_ends_nothing),
        STORY(two_paths_are_one_cycle),
        STORY(two_paths_may_be_kept_apart),
        STORY(a_snapshot_of_another_layout_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
