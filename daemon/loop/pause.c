/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/pause.h"

/* The loop has just woken: a turn begins. */
static void on_check(uv_check_t *check)
{
    struct pause *pause = check->data;

    pause->woken_ns = uv_hrtime();
}

/* The loop is about to sleep: the turn is over. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct pause *pause = prepare->data;
    int64_t turn = pause->woken_ns ? (int64_t)(uv_hrtime() - pause->woken_ns) : 0;

    if (turn > pause->longest_ns)
        pause->longest_ns = turn;
    if (turn > pause->ever_ns)
        pause->ever_ns = turn;
}

void pause_init(struct pause *pause, uv_loop_t *loop)
{
    *pause = (struct pause){0};
    (void)uv_prepare_init(loop, &pause->prepare);
    (void)uv_check_init(loop, &pause->check);
    pause->prepare.data = pause;
    pause->check.data = pause;
    (void)uv_prepare_start(&pause->prepare, on_prepare);
    (void)uv_check_start(&pause->check, on_check);
    uv_unref((uv_handle_t *)&pause->prepare);
    uv_unref((uv_handle_t *)&pause->check);
}

int64_t pause_take(struct pause *pause)
{
    int64_t longest = pause->longest_ns;

    pause->longest_ns = 0;
    return longest;
}

void pause_close(struct pause *pause)
{
    uv_close((uv_handle_t *)&pause->prepare, NULL);
    uv_close((uv_handle_t *)&pause->check, NULL);
}
