/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/slices.h"

static void on_timer(uv_timer_t *timer)
{
    slices_work(timer->data);
}

void slices_init(struct slices *slices, uv_loop_t *loop, void *owner,
                 bool (*step)(void *owner))
{
    *slices = (struct slices){.owner = owner, .step = step};
    (void)uv_timer_init(loop, &slices->timer);
    slices->timer.data = slices;
}

void slices_work(struct slices *slices)
{
    bool has_more = true;

    while (has_more && !turn_is_long(&slices->turn, slices->timer.loop))
        has_more = slices->step(slices->owner);
    if (has_more)
        slices_wake(slices);
}

/* After 1 ms and not at once: libuv runs a timer of 0 ms again in the same turn. Who
 * wakes it in each turn does not put it off. */
void slices_wake(struct slices *slices)
{
    if (!uv_is_active((uv_handle_t *)&slices->timer))
        (void)uv_timer_start(&slices->timer, on_timer, 1, 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct slices *slices = handle->data;

    slices->closed(slices->owner);
}

void slices_close(struct slices *slices, void (*closed)(void *owner))
{
    slices->closed = closed;
    uv_close((uv_handle_t *)&slices->timer, on_closed);
}
