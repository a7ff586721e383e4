/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and stages: what their records say while the work goes on. */
#include "tests/unit/story_scene.h"

#include "daemon/analytics/run/job.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void make_part(struct story *story, double start)
{
    story_show(story, start, "execution", "run");
    story_show(story, start + 60, "execution", "done");
    story_show(story, start + 60.2, "execution", "idle");
}

/* What people say to a run of BRKT-7. */
static struct statement statement_of(int64_t run, enum stage stage, const char *lot)
{
    struct statement statement = {
        .who = "olga", .run_id = "R-7", .target = 12, .text = "", .tool = ""};

    context_init(&statement.context);
    statement.context.run_seq = run;
    statement.context.stage = stage;
    (void)text_copy(statement.context.part, RECORD_NAME_MAX, "BRKT-7");
    (void)text_copy(statement.context.lot, RECORD_NAME_MAX, lot);
    return statement;
}

static void say(struct story *story, double seconds, enum statement_kind kind,
                struct statement statement)
{
    statement.kind = kind;
    statement.at = story_moment(seconds);
    story_say(story, &statement);
}

static const struct record *newest_run(const struct story *story)
{
    size_t i = story->count;

    while (i > 0 && story->records[i - 1].kind != RECORD_RUN)
        i--;
    assert_true(i > 0);
    return &story->records[i - 1];
}

static double utc(double seconds)
{
    return (double)story_moment(seconds).wall_ns / 1e9;
}

static void stages_follow_one_another(void **state)
{
    (void)state;
    assert_true(stage_may_follow(STAGE_PROTOTYPE, STAGE_EVT));
    assert_true(stage_may_follow(STAGE_PILOT, STAGE_PRODUCTION));
    assert_true(stage_may_follow(STAGE_PRODUCTION, STAGE_PILOT));
    assert_true(stage_may_follow(STAGE_PRODUCTION, STAGE_PROTOTYPE));
    assert_false(stage_may_follow(STAGE_PROTOTYPE, STAGE_PILOT));
    assert_false(stage_may_follow(STAGE_EVT, STAGE_PRODUCTION));
}

static void a_run_stamps_its_records_and_advises_at_the_band(void **state)
{
    struct story *story = begin();
    struct statement statement = statement_of(7, STAGE_PROTOTYPE, "");

    (void)state;
    story_tell(story, "0 execution READY");
    say(story, 1, STATEMENT_RUN_START, statement);
    for (int i = 0; i < 12; i++)
        make_part(story, 10 + 80 * i);
    story_wait(story, 2000);
    say(story, 2000, STATEMENT_RUN_STOP, statement);

    const struct record *record = story_find(story, RECORD_CYCLE, 0);
    assert_string_equal(record->context.part, "BRKT-7");
    assert_int_equal(record->context.run_seq, 7);
    assert_int_equal(story_count(story, RECORD_RUN), 1);
    const struct record *run = story_find(story, RECORD_RUN, 0);
    assert_int_equal(run->run.parts, 12);
    assert_int_equal(run->run.target, 12);
    assert_true(run->wall_ns == story_moment(1).wall_ns);
    assert_true(run->run.ended == utc(2000));
    const struct record *advice = story_event(story, "stage_band", 0);
    assert_non_null(advice);
    assert_true(advice->event.value == 10);
    assert_null(story_event(story, "stage_band", 1));
}

static void a_run_tells_its_parts_while_it_goes_on(void **state)
{
    struct story *story = begin();
    const struct statement statement = statement_of(7, STAGE_PILOT, "A");

    (void)state;
    story_tell(story, "0 execution READY; 0 program O100");
    say(story, 1, STATEMENT_RUN_START, statement);
    assert_int_equal(newest_run(story)->run.parts, 0);
    for (int i = 0; i < 3; i++) {
        make_part(story, 10 + 80 * i);
        story_wait(story, 75 + 80 * i);
        assert_int_equal(newest_run(story)->run.parts, i + 1);
        if (i == 1)
            story_restart(story);
    }
    say(story, 300, STATEMENT_LOT, statement_of(7, STAGE_PILOT, "B"));
    assert_int_equal(story_count(story, RECORD_RUN), 1);
    const struct record *run = newest_run(story);
    assert_string_equal(run->context.lot, "B");
    assert_string_equal(run->run.program, "O100");
    assert_int_equal(run->run.parts, 3);
    assert_true(isnan(run->run.ended));
}

/* The stage is a tag: what stands under the old one ends there. */
static void a_run_has_a_point_for_each_stage(void **state)
{
    struct story *story = begin();
    struct statement statement = statement_of(7, STAGE_PILOT, "A");

    (void)state;
    story_tell(story, "0 execution READY");
    say(story, 1, STATEMENT_RUN_START, statement);
    make_part(story, 10);
    story_wait(story, 80);
    statement.context.stage = STAGE_PRODUCTION;
    say(story, 80, STATEMENT_STAGE, statement);
    make_part(story, 90);
    story_wait(story, 200);

    assert_int_equal(story_count(story, RECORD_RUN), 2);
    const struct record *pilot = story_find(story, RECORD_RUN, 0);
    assert_int_equal(pilot->context.stage, STAGE_PILOT);
    assert_int_equal(pilot->run.parts, 1);
    assert_true(pilot->run.ended == utc(80));
    const struct record *production = story_find(story, RECORD_RUN, 1);
    assert_int_equal(production->context.stage, STAGE_PRODUCTION);
    assert_int_equal(production->run.parts, 2);
    assert_true(production->wall_ns == story_moment(80).wall_ns);
    assert_true(production->run.started == utc(1));
    assert_true(isnan(production->run.ended));
    assert_non_null(story_event(story, "stage_changed", 0));
}

/* A cycle is told when its part may have been counted: the next run has begun by then. */
static void the_last_part_of_a_run_may_be_told_after_it(void **state)
{
    struct story *story = begin();

    (void)state;
    story_tell(story, "0 execution READY; 0 part_count 5");
    say(story, 1, STATEMENT_RUN_START, statement_of(7, STAGE_PILOT, "A"));
    story_tell(story, "10 execution ACTIVE; 70 execution COMPLETED; 70.1 part_count 6;"
                      "100 execution ACTIVE; 160 execution COMPLETED");
    say(story, 160.5, STATEMENT_RUN_STOP, statement_of(RECORD_UNKNOWN, STAGE_PILOT, ""));
    assert_int_equal(newest_run(story)->run.parts, 1);
    say(story, 160.6, STATEMENT_RUN_START, statement_of(8, STAGE_PILOT, "B"));
    story_tell(story, "161 part_count 7; 165 tick");
    assert_int_equal(newest_run(story)->run.run_seq, 8);
    story_tell(story, "180 execution ACTIVE; 240 execution COMPLETED;"
                      "240.1 part_count 8; 300 tick");

    assert_int_equal(story_count(story, RECORD_RUN), 2);
    const struct record *run = story_find(story, RECORD_RUN, 0);
    assert_int_equal(run->run.run_seq, 7);
    assert_int_equal(run->run.parts, 2);
    assert_true(run->run.ended == utc(160.5));
    run = story_find(story, RECORD_RUN, 1);
    assert_int_equal(run->run.run_seq, 8);
    assert_int_equal(run->run.parts, 1);
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(stages_follow_one_another),
        STORY(a_run_stamps_its_records_and_advises_at_the_band),
        STORY(a_run_tells_its_parts_while_it_goes_on),
        STORY(a_run_has_a_point_for_each_stage),
        STORY(the_last_part_of_a_run_may_be_told_after_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
