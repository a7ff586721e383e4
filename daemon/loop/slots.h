/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Periodic work on a drift-free schedule of 10 ms slots: one timerfd for the whole loop.
 *
 * Wake-ups are what polling costs; work that is due within one slot shares one. Phases
 * are spread over the period so that devices do not all speak at once, and stay where
 * they are: the n-th call is due at phase + n * period, however late the one before came.
 * Loop thread.
 */
#pragma once

#include "daemon/base/moment.h"

#include <uv.h>

#define SLOT_NS (10 * NS_PER_MS)

struct slots;
struct slot_task;

/* `due` is the slot's own time; `missed` counts periods that passed without a call. */
typedef void (*slot_callback)(void *owner, struct moment due, int64_t missed);

int slots_create(uv_loop_t *loop, struct slots **ret_slots);
void slots_close(struct slots *slots, void *owner, void (*closed)(void *owner));

/* Calls every `period_ns`, at least 10 ms, rounded to slots. */
int slots_every(struct slots *slots, int64_t period_ns, void *owner,
                slot_callback callback, struct slot_task **ret_task);

/* Calls once, in the slot after `delay_ns`. */
int slots_once(struct slots *slots, int64_t delay_ns, void *owner, slot_callback callback,
               struct slot_task **ret_task);

/* Calls once within `window_ns`; many callers are spread evenly over it. */
int slots_once_within(struct slots *slots, int64_t window_ns, void *owner,
                      slot_callback callback, struct slot_task **ret_task);

/* No call after this. Accepts NULL; may be called from its own callback. A once-task that
   has been called is gone by itself. */
void slots_cancel(struct slot_task *task);
