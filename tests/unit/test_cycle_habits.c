/* SPDX-License-Identifier: Apache-2.0 */
/* Stories beyond the worked scenarios: sources, counters, gaps, kinds, orphans. */
#include "tests/unit/support/story.h"

#include "daemon/analytics/cycle/counter.h"
#include "daemon/analytics/run/job.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct story the_story;

static struct story *begin(void)
{
    story_init(&the_story);
    return &the_story;
}

static int end(void **state)
{
    (void)state;
    if (the_story.records)
        story_done(&the_story);
    memset(&the_story, 0, sizeof(the_story));
    return 0;
}

static const struct cycle_record *cycle(size_t index)
{
    const struct record *record = story_find(&the_story, RECORD_CYCLE, index);

    assert_non_null(record);
    return &record->cycle;
}

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
        struct counter_rules rules = {cases[i].modulus, 1, 120 * NS_PER_S, false};
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
    struct counter_rules rules = {0, 1, 30 * NS_PER_S, true};
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
    struct counter_rules rules = {0, 1, 30 * NS_PER_S, true};

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
    struct counter_rules rules = {0, 1, 30 * NS_PER_S, false};

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
    assert_int_equal(story_count(story, RECORD_CYCLE), 16);
    assert_int_equal(cycle(0)->parts, 6);
    assert_true(cycle(0)->flags & CYCLE_ESTIMATED);
    assert_true(cycle(5)->ct == 45);
    assert_int_equal(cycle(15)->kind, CYCLE_KIND_AUX);
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

/* --- runs -----------------------------------------------------------------------------
 */

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
    struct statement statement = {.kind = STATEMENT_RUN_START,
                                  .at = story_moment(1),
                                  .who = "olga",
                                  .run_id = "R-7",
                                  .target = 12};

    (void)state;
    context_init(&statement.context);
    statement.context.run_seq = 7;
    statement.context.stage = STAGE_PROTOTYPE;
    (void)text_copy(statement.context.part, RECORD_NAME_MAX, "BRKT-7");
    story_tell(story, "0 execution READY");
    story_say(story, &statement);
    for (int i = 0; i < 12; i++) {
        CYCLE_AT(10 + 80 * i);
    }
    story_wait(story, 2000);
    statement.kind = STATEMENT_RUN_STOP;
    statement.at = story_moment(2000);
    story_say(story, &statement);

    const struct record *record = story_find(story, RECORD_CYCLE, 0);
    assert_string_equal(record->context.part, "BRKT-7");
    assert_int_equal(record->context.run_seq, 7);
    assert_int_equal(story_count(story, RECORD_RUN), 1);
    const struct record *run = story_find(story, RECORD_RUN, 0);
    assert_int_equal(run->run.parts, 12);
    assert_int_equal(run->run.target, 12);
    assert_true(run->wall_ns == story_moment(1).wall_ns);
    assert_true(run->run.ended == (double)story_moment(2000).wall_ns / 1e9);
    const struct record *advice = story_event(story, "stage_band", 0);
    assert_non_null(advice);
    assert_true(advice->event.value == 10);
    assert_null(story_event(story, "stage_band", 1));
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
        STORY(counters_move_as_domain_md_1_4_says),
        STORY(a_torn_read_counts_nothing),
        STORY(a_big_jump_is_believed_when_seen_twice),
        STORY(an_announced_reset_needs_no_guess),
        STORY(lamps_say_what_the_control_does),
        STORY(a_cycle_bit_makes_cycles_and_a_flicker_none),
        STORY(a_polled_edge_lies_between_two_polls),
        STORY(a_stack_light_makes_cycles_and_flashing_does_not_end_them),
        STORY(a_counter_alone_gives_part_to_part_time_only),
        STORY(a_spindle_current_finds_the_cut_and_bridges_stale_data),
        STORY(an_orphan_part_corrects_its_cycle),
        STORY(parts_made_unseen_are_one_estimate),
        STORY(a_loop_is_learned_from_five_counts),
        STORY(the_grace_is_learned_and_published),
        STORY(every_gap_has_one_reason),
        STORY(a_reason_given_later_corrects_the_stop),
        STORY(an_emergency_stop_aborts),
        STORY(cycles_are_of_a_kind),
        STORY(another_program_in_the_cycle_ends_it),
        STORY(two_paths_are_one_cycle),
        STORY(two_paths_may_be_kept_apart),
        STORY(stages_follow_one_another),
        STORY(a_run_stamps_its_records_and_advises_at_the_band),
        STORY(a_snapshot_of_another_layout_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
