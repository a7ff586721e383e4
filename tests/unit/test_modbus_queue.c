/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is on a line, without a line: time is what the test says it is. */
#include "drivers/modbus/line_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    UNITS = 3,
    TURNS = 3000,
};

struct scene {
    struct line line;
    struct line_unit units[UNITS];
    struct line_job jobs[UNITS];
    int64_t now_ns;
    int ended;
    enum line_result last;
};

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct scene *scene = owner;

    (void)job;
    scene->ended++;
    scene->last = outcome->result;
}

/* Every unit with one request that waits. */
static void set_up(struct scene *scene)
{
    *scene = (struct scene){.now_ns = NS_PER_S};
    scene->line.units = scene->units;
    for (int i = 0; i < UNITS; i++) {
        struct line_unit *unit = &scene->units[i];
        unit->line = &scene->line;
        unit->next = i + 1 < UNITS ? unit + 1 : NULL;
        unit->timeout_ns = (i + 1) * 100 * NS_PER_MS;
        backoff_init(&unit->backoff, 0, 0, (uint32_t)i + 1);
        scene->jobs[i] = (struct line_job){.unit = unit, .owner = scene, .done = on_done};
        queue_add(&scene->jobs[i]);
    }
}

/* Takes a request, which keeps the line busy for so long, and lets its unit ask again. */
static int take(struct scene *scene, const int64_t busy_ns[UNITS])
{
    struct line_job *job = queue_take(&scene->line, scene->now_ns);
    if (!job)
        return -1;

    int index = (int)(job->unit - scene->units);
    job->unit->spent_ns += busy_ns[index];
    scene->now_ns += busy_ns[index];
    queue_add(job);
    return index;
}

static void each_unit_has_the_same_share_of_the_time(void **state)
{
    static const int64_t busy_ns[UNITS] = {5 * NS_PER_MS, 50 * NS_PER_MS,
                                           400 * NS_PER_MS};
    struct scene scene;
    int64_t used_ns[UNITS] = {0};

    (void)state;
    set_up(&scene);
    for (int i = 0; i < TURNS; i++) {
        int index = take(&scene, busy_ns);
        assert_in_range(index, 0, UNITS - 1);
        used_ns[index] += busy_ns[index];
        /* Never more than the longest answer apart. */
        for (int k = 0; k < UNITS; k++)
            assert_true(llabs(used_ns[index] - used_ns[k]) <= 400 * NS_PER_MS);
    }
}

static void equals_speak_in_turn(void **state)
{
    static const int64_t busy_ns[UNITS] = {NS_PER_MS, NS_PER_MS, NS_PER_MS};
    struct scene scene;

    (void)state;
    set_up(&scene);
    for (int i = 0; i < TURNS; i++)
        assert_int_equal(take(&scene, busy_ns), i % UNITS);
}

static void who_was_quiet_has_no_claim_to_that_time(void **state)
{
    static const int64_t busy_ns[UNITS] = {NS_PER_MS, NS_PER_MS, NS_PER_MS};
    struct scene scene;
    int turns[UNITS] = {0};

    (void)state;
    set_up(&scene);
    queue_remove(&scene.jobs[2]);
    for (int i = 0; i < TURNS; i++)
        assert_in_range(take(&scene, busy_ns), 0, 1);
    queue_add(&scene.jobs[2]);
    for (int i = 0; i < 30; i++)
        turns[take(&scene, busy_ns)]++;
    for (int i = 0; i < UNITS; i++)
        assert_in_range(turns[i], 9, 11);
}

/* Twice silent, then it rests for 2.5 to 5 of its own time-outs; the others go on. */
static void a_dead_unit_rests_by_its_own_timeout(void **state)
{
    static const int64_t busy_ns[UNITS] = {NS_PER_MS, NS_PER_MS, NS_PER_MS};

    (void)state;
    for (int dead = 0; dead < UNITS; dead++) {
        struct scene scene;
        struct line_unit *unit = &scene.units[dead];

        set_up(&scene);
        queue_note_failure(unit, scene.now_ns);
        assert_int_equal(scene.ended, 1);
        assert_int_equal(scene.last, LINE_RESTING);
        queue_add(&scene.jobs[dead]);
        assert_int_equal(unit->rests_until_ns, 0);
        queue_note_failure(unit, scene.now_ns);
        int64_t rest = unit->rests_until_ns - scene.now_ns;
        assert_in_range(rest, 5 * unit->timeout_ns / 2, 5 * unit->timeout_ns);

        queue_add(&scene.jobs[dead]);
        while (scene.now_ns < unit->rests_until_ns)
            assert_int_not_equal(take(&scene, busy_ns), dead);
        queue_remove(&scene.jobs[(dead + 1) % UNITS]);
        queue_remove(&scene.jobs[(dead + 2) % UNITS]);
        assert_int_equal(queue_ready_ns(&scene.line), unit->rests_until_ns);
        assert_int_equal(take(&scene, busy_ns), dead);
        queue_note_answer(unit);
        assert_int_equal(unit->rests_until_ns, 0);
    }
}

/* However long it is dead: up to 30 of its time-outs, for each unit that is. */
static void the_longest_rest_grows_with_the_dead(void **state)
{
    struct scene scene;
    int64_t longest_ns[2] = {0};

    (void)state;
    for (int others = 0; others < 2; others++) {
        set_up(&scene);
        for (int i = 0; others && i < 20; i++)
            queue_note_failure(&scene.units[1], scene.now_ns);
        for (int i = 0; i < 40; i++) {
            queue_note_failure(&scene.units[0], scene.now_ns);
            int64_t rest = scene.units[0].rests_until_ns - scene.now_ns;
            if (rest > longest_ns[others])
                longest_ns[others] = rest;
        }
        int64_t cap_ns = 30 * scene.units[0].timeout_ns * (others + 1);
        assert_in_range(longest_ns[others], cap_ns / 2, cap_ns);
    }
}

static void who_fails_has_one_request_under_way(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene);
    scene.units[0].failures = 1;
    scene.units[0].in_flight = 1;
    for (int i = 1; i < UNITS; i++)
        queue_remove(&scene.jobs[i]);
    assert_null(queue_take(&scene.line, scene.now_ns));
    assert_int_equal(queue_ready_ns(&scene.line), INT64_MAX);
    scene.units[0].in_flight = 0;
    assert_ptr_equal(queue_take(&scene.line, scene.now_ns), &scene.jobs[0]);
    assert_true(queue_is_empty(&scene.line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_unit_has_the_same_share_of_the_time),
        cmocka_unit_test(equals_speak_in_turn),
        cmocka_unit_test(who_was_quiet_has_no_claim_to_that_time),
        cmocka_unit_test(a_dead_unit_rests_by_its_own_timeout),
        cmocka_unit_test(the_longest_rest_grows_with_the_dead),
        cmocka_unit_test(who_fails_has_one_request_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
