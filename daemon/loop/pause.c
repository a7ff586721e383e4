/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/pause.h"

#include "daemon/base/log.h"
#include "daemon/base/moment.h"

#include <stdbool.h>
#include <time.h>

static const char room[] = "loop";
static const int64_t told_from_ns = 5 * NS_PER_MS;

static struct pause_turn read_clocks(void)
{
    struct timespec cpu = {0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (struct pause_turn){
        .wall_ns = (int64_t)uv_hrtime(),
        .cpu_ns = (int64_t)cpu.tv_sec * NS_PER_S + cpu.tv_nsec,
    };
}

static void keep_longer(int64_t *longest_ns, int64_t ns)
{
    if (ns > *longest_ns)
        *longest_ns = ns;
}

/* The loop is about to sleep: the turn is over. What it slept is no work. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct pause *pause = prepare->data;
    struct pause_turn now = read_clocks();
    int64_t slept_ns = (int64_t)uv_metrics_idle_time(prepare->loop);
    bool is_first = pause->since.wall_ns == 0;
    struct pause_turn turn = {
        .wall_ns = now.wall_ns - pause->since.wall_ns - (slept_ns - pause->slept_ns),
        .cpu_ns = now.cpu_ns - pause->since.cpu_ns,
    };

    pause->since = now;
    pause->slept_ns = slept_ns;
    if (is_first)
        return; /* what came before it is the start */
    keep_longer(&pause->longest.wall_ns, turn.wall_ns);
    keep_longer(&pause->longest.cpu_ns, turn.cpu_ns);
    if (turn.wall_ns >= told_from_ns)
        log_write(LOG_LEVEL_DEBUG, room, "a turn took %.1f ms, %.1f ms of it CPU",
                  (double)turn.wall_ns / NS_PER_MS, (double)turn.cpu_ns / NS_PER_MS);
}

void pause_init(struct pause *pause, uv_loop_t *loop)
{
    *pause = (struct pause){0};
    (void)uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    (void)uv_prepare_init(loop, &pause->prepare);
    pause->prepare.data = pause;
    (void)uv_prepare_start(&pause->prepare, on_prepare);
    uv_unref((uv_handle_t *)&pause->prepare);
}

struct pause_turn pause_take(struct pause *pause)
{
    struct pause_turn longest = pause->longest;

    pause->longest = (struct pause_turn){0};
    return longest;
}

void pause_close(struct pause *pause)
{
    uv_close((uv_handle_t *)&pause->prepare, NULL);
}
