/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"
#include "daemon/loop/pause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

struct day {
    uv_loop_t loop;
    struct pause pause;
    uv_poll_t poll;
    uv_timer_t timer;
    int ends[2];
};

static const int64_t WORK_NS = 20 * NS_PER_MS;
static const uint64_t SLEEP_MS = 200;

static void work(void)
{
    uint64_t since_ns = uv_hrtime();

    while (uv_hrtime() - since_ns < (uint64_t)WORK_NS)
        continue;
}

static void on_next_turn(uv_timer_t *timer)
{
    (void)timer;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct day *day = poll->data;

    (void)status;
    (void)events;
    work();
    (void)uv_poll_stop(poll);
    (void)uv_timer_start(&day->timer, on_next_turn, 1, 0);
}

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
    work();
}

static int set_up(void **state)
{
    static struct day day;

    day = (struct day){0};
    *state = &day;
    (void)uv_loop_init(&day.loop);
    pause_init(&day.pause, &day.loop);
    (void)uv_timer_init(&day.loop, &day.timer);
    day.poll.data = &day;
    return pipe(day.ends) || uv_poll_init(&day.loop, &day.poll, day.ends[0]);
}

static int tear_down(void **state)
{
    struct day *day = *state;

    pause_close(&day->pause);
    uv_close((uv_handle_t *)&day->poll, NULL);
    uv_close((uv_handle_t *)&day->timer, NULL);
    (void)uv_run(&day->loop, UV_RUN_DEFAULT);
    (void)close(day->ends[0]);
    (void)close(day->ends[1]);
    return uv_loop_close(&day->loop);
}

static void what_is_done_for_a_socket_counts(void **state)
{
    struct day *day = *state;

    (void)uv_poll_start(&day->poll, UV_READABLE, on_readable);
    assert_int_equal(write(day->ends[1], "x", 1), 1);
    (void)uv_run(&day->loop, UV_RUN_DEFAULT);
    assert_true(pause_take(&day->pause).wall_ns >= WORK_NS);
    assert_int_equal(pause_take(&day->pause).wall_ns, 0);
}

static void what_is_done_for_a_timer_counts_and_sleep_does_not(void **state)
{
    struct day *day = *state;

    (void)uv_timer_start(&day->timer, on_timer, SLEEP_MS, 0);
    (void)uv_run(&day->loop, UV_RUN_DEFAULT);
    struct pause_turn turn = pause_take(&day->pause);
    assert_true(turn.wall_ns >= WORK_NS);
    assert_true(turn.wall_ns < (int64_t)SLEEP_MS * NS_PER_MS);
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(what_is_done_for_a_socket_counts),
        STORY(what_is_done_for_a_timer_counts_and_sleep_does_not),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
