/* SPDX-License-Identifier: Apache-2.0 */
/* Every second of calendar time is in exactly one state, whatever happens to the daemon.
 */
#include "tests/unit/support/story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct story the_story;

static int end(void **state)
{
    (void)state;
    if (the_story.records)
        story_done(&the_story);
    memset(&the_story, 0, sizeof(the_story));
    return 0;
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return *seed >> 8;
}

static int by_time(const void *a, const void *b)
{
    const struct record *const *x = a, *const *y = b;

    return ((*x)->wall_ns > (*y)->wall_ns) - ((*x)->wall_ns < (*y)->wall_ns);
}

/* From the first state on each begins where the one before ended; only the last is open.
 */
static void check_partition(const struct story *story, uint32_t seed)
{
    size_t count = story_count(story, RECORD_STATE);
    const struct record *states[1000];

    assert_true(count > 1 && count <= 1000);
    for (size_t i = 0; i < count; i++)
        states[i] = story_find(story, RECORD_STATE, i);
    qsort(states, count, sizeof(*states), by_time);
    assert_true(isnan(states[count - 1]->state.dur));
    for (size_t i = 0; i + 1 < count; i++) {
        int64_t until = states[i]->wall_ns + llround(states[i]->state.dur * 1e9);

        if (llabs(until - states[i + 1]->wall_ns) > NS_PER_MS)
            fail_msg("seed %u: state %zu (%d) ends %g s from the next", seed, i,
                     (int)states[i]->state.state,
                     (double)(until - states[i + 1]->wall_ns) / 1e9);
        assert_true(states[i]->state.dur >= 0);
    }
}

static void every_second_is_in_exactly_one_state(void **state)
{
    static const char *const said[] = {"run",  "idle",  "done", "hold",
                                       "wait", "pstop", "run",  "UNAVAILABLE"};

    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint32_t dice = seed;
        struct story *story = &the_story;
        double t = 0;
        char count[16];

        story_init(story);
        for (int i = 0; i < 120; i++) {
            t += 0.5 + next(&dice) % 4000 / 10.0;
            story_show(story, t, "execution", said[next(&dice) % 8]);
            if (next(&dice) % 3 == 0) {
                (void)snprintf(count, sizeof(count), "%d", i);
                story_show(story, t + 0.1, "part_count", count);
            }
            if (next(&dice) % 7 == 0)
                story_show(story, t + 0.2, "emergency_stop",
                           next(&dice) % 2 ? "TRIGGERED" : "ARMED");
            if (next(&dice) % 9 == 0)
                story_restart(story);
        }
        check_partition(story, seed);
        (void)end(state);
    }
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

/* The daemon was away from 400 to 1000: the source says that it lost so many seconds. */
static void time_without_the_daemon_is_unknown(void **state)
{
    struct story *story = &the_story;
    struct gap gap = {.seconds = 600, .reason = "restart"};
    struct sample lost = {
        .signal = SIGNAL_GAP,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_GAP, .gap = &gap},
        .at = story_moment(1000)
    };

    (void)state;
    story_init(story);
    story_tell(story, "0 execution READY; 0 part_count 5; 10 execution ACTIVE;"
                      "70 execution COMPLETED; 70.1 execution READY; 70.2 part_count 6");
    story_wait(story, 400);
    story_restart(story);
    story_observe(story, &lost);
    story_tell(story, "1000 execution READY; 1000 part_count 6; 1100 execution ACTIVE;"
                      "1160 execution COMPLETED; 1160.2 part_count 7; 1200 tick");
    assert_int_equal(state_at(700)->state.state, EXECUTION_UNAVAIL);
    assert_int_equal(state_at(700)->state.reason, REASON_UNKNOWN);
    assert_int_equal(state_at(300)->state.state, EXECUTION_IDLE);
    check_partition(story, 0);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
}

/* A source without memory: it just goes on, ten minutes later. */
static void time_that_no_source_tells_is_unknown(void **state)
{
    struct story *story = &the_story;

    (void)state;
    story_init(story);
    story_tell(story, "0 execution READY; 0 part_count 5; 10 execution ACTIVE;"
                      "70 execution COMPLETED; 70.1 execution READY; 70.2 part_count 6");
    story_wait(story, 400);
    story_show(story, 400, "execution", "READY");
    story_restart(story);
    story_tell(story, "1000 execution READY; 1000 part_count 6; 1100 execution ACTIVE;"
                      "1160 execution COMPLETED; 1160.2 part_count 7; 1200 tick");
    assert_int_equal(state_at(700)->state.state, EXECUTION_UNAVAIL);
    assert_int_equal(state_at(700)->state.reason, REASON_UNKNOWN);
    assert_int_equal(state_at(300)->state.state, EXECUTION_IDLE);
    check_partition(story, 0);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
}

/* The part that was in work went on meanwhile: the cycle is one, and says what it lacks.
 */
static void a_cycle_through_a_restart_has_its_unknown_time(void **state)
{
    struct story *story = &the_story;

    (void)state;
    story_init(story);
    story_tell(story, "0 execution READY; 10 execution ACTIVE; 40 part_count 3");
    story_restart(story);
    story_tell(story, "100 execution ACTIVE; 100 part_count 3; 130 execution COMPLETED;"
                      "130.2 part_count 4; 200 tick");
    assert_int_equal(story_count(story, RECORD_CYCLE), 1);
    const struct cycle_record *cycle = &story_find(story, RECORD_CYCLE, 0)->cycle;
    assert_true(cycle->ct == 120);
    assert_true(cycle->unknown == 60);
    assert_true(cycle->flags & CYCLE_GAP);
}

static void show_after_boot(struct story *story, double seconds, enum execution execution)
{
    struct sample sample = {
        .signal = SIGNAL_EXECUTION,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_CODE, .integer = execution},
        .at = story_moment(seconds)
    };

    sample.at.mono_ns -= story_moment(990).mono_ns;
    story_observe(story, &sample);
}

/* Monotonic time begins anew with the computer; the cycles do not. */
static void a_reboot_is_time_without_data(void **state)
{
    struct story *story = &the_story;

    (void)state;
    story_init(story);
    story_tell(story, "0 execution READY; 10 execution ACTIVE; 70 execution READY;"
                      "400 execution READY");
    story_restart(story);
    show_after_boot(story, 1000, EXECUTION_IDLE);
    show_after_boot(story, 1100, EXECUTION_RUN);
    show_after_boot(story, 1160, EXECUTION_IDLE);
    show_after_boot(story, 1200, EXECUTION_RUN);
    assert_int_equal(state_at(700)->state.state, EXECUTION_UNAVAIL);
    check_partition(story, 0);
    assert_int_equal(story_count(story, RECORD_CYCLE), 2);
    const struct cycle_record *cycle = &story_find(story, RECORD_CYCLE, 1)->cycle;
    assert_true(cycle->ct == 60);
    assert_false(cycle->flags & CYCLE_CLOCK);
}

/* Told by a value that cycles are not made of. */
static void a_jump_of_the_clock_marks_the_cycle_that_spans_it(void **state)
{
    struct story *story = &the_story;
    struct sample jump = {.signal = SIGNAL_AXIS_POSITION,
                          .quality = QUALITY_GOOD,
                          .path = 1,
                          .place = "X",
                          .flags = SAMPLE_CLOCK | SAMPLE_JUMP,
                          .value = {.kind = VALUE_NUMBER},
                          .at = story_moment(40)};

    (void)state;
    story_init(story);
    story_tell(story, "0 execution READY; 10 execution ACTIVE; 20 execution READY;"
                      "30 execution ACTIVE");
    story_observe(story, &jump);
    story_tell(story, "50 execution READY; 60 execution ACTIVE; 70 execution READY;"
                      "80 execution ACTIVE");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(story_find(story, RECORD_CYCLE, i)->cycle.flags & CYCLE_CLOCK,
                         i == 1 ? CYCLE_CLOCK : 0);
}

#define STORY(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(every_second_is_in_exactly_one_state),
        STORY(time_without_the_daemon_is_unknown),
        STORY(time_that_no_source_tells_is_unknown),
        STORY(a_reboot_is_time_without_data),
        STORY(a_jump_of_the_clock_marks_the_cycle_that_spans_it),
        STORY(a_cycle_through_a_restart_has_its_unknown_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
