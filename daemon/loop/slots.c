/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/slots.h"

#include "daemon/base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Times are counted in slots of the monotonic clock: slot n begins at n * SLOT_NS. */
struct slot_task {
    struct slots *slots;
    int64_t due;
    int64_t period;  /* 0 = once */
    uint64_t order;  /* within a slot: first asked, first called */
    size_t position; /* in the heap */
    bool calling;    /* a once-task during its own call */
    void *owner;
    slot_callback callback;
};

struct slots {
    uv_poll_t poll;
    int timer;
    struct slot_task **heap; /* the soonest first */
    size_t count, capacity;
    int64_t armed; /* the slot the timer is set to; 0 = not set */
    uint64_t orders;
    uint32_t phases; /* given out; spreads the next one */
    bool closing;
    void *owner;
    void (*closed)(void *owner);
};

static bool is_sooner(const struct slot_task *a, const struct slot_task *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void put(struct slots *slots, size_t position, struct slot_task *task)
{
    slots->heap[position] = task;
    task->position = position;
}

static void sift_up(struct slots *slots, size_t position)
{
    struct slot_task *task = slots->heap[position];

    while (position > 0) {
        size_t parent = (position - 1) / 2;
        if (!is_sooner(task, slots->heap[parent]))
            break;
        put(slots, position, slots->heap[parent]);
        position = parent;
    }
    put(slots, position, task);
}

static void sift_down(struct slots *slots, size_t position)
{
    struct slot_task *task = slots->heap[position];

    for (;;) {
        size_t child = 2 * position + 1;
        if (child >= slots->count)
            break;
        if (child + 1 < slots->count &&
            is_sooner(slots->heap[child + 1], slots->heap[child]))
            child++;
        if (!is_sooner(slots->heap[child], task))
            break;
        put(slots, position, slots->heap[child]);
        position = child;
    }
    put(slots, position, task);
}

static void remove_task(struct slots *slots, const struct slot_task *task)
{
    size_t position = task->position;
    struct slot_task *last = slots->heap[--slots->count];

    if (last == task)
        return;
    put(slots, position, last);
    sift_up(slots, position);
    sift_down(slots, last->position);
}

static int add_task(struct slots *slots, struct slot_task *task)
{
    if (slots->count == slots->capacity) {
        size_t capacity = slots->capacity ? 2 * slots->capacity : 64;
        struct slot_task **heap =
            reallocarray(slots->heap, capacity, sizeof(struct slot_task *));
        if (!heap)
            return -ENOMEM;
        slots->heap = heap;
        slots->capacity = capacity;
    }
    task->order = slots->orders++;
    put(slots, slots->count++, task);
    sift_up(slots, task->position);
    return 0;
}

/* Sets the timer to the soonest task, unless it stands there already. */
static void arm(struct slots *slots)
{
    int64_t due = slots->count ? slots->heap[0]->due : 0;
    if (due == slots->armed)
        return;

    /* Our monotonic time has another beginning than the kernel's, so the timer gets the
     * rest. */
    int64_t left_ns = due * SLOT_NS - clock_now().mono_ns;
    int64_t ns = due == 0 ? 0 : left_ns > 1 ? left_ns : 1;
    struct itimerspec when = {
        .it_value = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S}
    };
    slots->armed = due;
    (void)timerfd_settime(slots->timer, 0, &when, NULL);
}

/* Moves a periodic task on before it is called, so that its callback may cancel it. */
static int64_t advance(struct slots *slots, struct slot_task *task, int64_t now)
{
    int64_t missed = (now - task->due) / task->period;

    task->due += (missed + 1) * task->period;
    task->order = slots->orders++;
    sift_down(slots, task->position);
    return missed;
}

static void call(struct slots *slots, struct slot_task *task, struct moment now)
{
    int64_t due = task->due, missed = 0;

    if (task->period) {
        missed = advance(slots, task, now.mono_ns / SLOT_NS);
        due += missed * task->period;
    } else {
        remove_task(slots, task);
        task->calling = true;
    }

    bool once = !task->period;
    task->callback(task->owner, moment_plus(now, due * SLOT_NS - now.mono_ns), missed);
    if (once)
        free(task);
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    struct slots *slots = poll->data;
    uint64_t expirations;

    (void)status;
    (void)events;
    (void)!read(slots->timer, &expirations, sizeof(expirations));
    slots->armed = 0;

    struct moment now = clock_now();
    while (!slots->closing && slots->count &&
           slots->heap[0]->due * SLOT_NS <= now.mono_ns)
        call(slots, slots->heap[0], now);
    if (!slots->closing)
        arm(slots);
}

int slots_create(uv_loop_t *loop, struct slots **ret_slots)
{
    struct slots *slots = calloc(1, sizeof(*slots));
    if (!slots)
        return -ENOMEM;

    slots->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int error =
        slots->timer < 0 ? -errno : uv_poll_init(loop, &slots->poll, slots->timer);
    if (error) {
        if (slots->timer >= 0)
            (void)close(slots->timer);
        free(slots);
        return error;
    }
    slots->poll.data = slots;
    (void)uv_poll_start(&slots->poll, UV_READABLE, on_timer);
    *ret_slots = slots;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct slots *slots = handle->data;
    void *owner = slots->owner;
    void (*closed)(void *) = slots->closed;

    (void)close(slots->timer);
    free(slots->heap);
    free(slots);
    if (closed)
        closed(owner);
}

void slots_close(struct slots *slots, void *owner, void (*closed)(void *owner))
{
    slots->closing = true;
    slots->owner = owner;
    slots->closed = closed;
    for (size_t i = 0; i < slots->count; i++)
        free(slots->heap[i]);
    slots->count = 0;
    (void)uv_poll_stop(&slots->poll);
    uv_close((uv_handle_t *)&slots->poll, on_closed);
}

static int start_task(struct slots *slots, const struct slot_task *model,
                      struct slot_task **ret_task)
{
    assert(!slots->closing);
    struct slot_task *task = malloc(sizeof(*task));
    if (!task)
        return -ENOMEM;

    *task = *model;
    task->slots = slots;
    int error = add_task(slots, task);
    if (error) {
        free(task);
        return error;
    }
    arm(slots);
    *ret_task = task;
    return 0;
}

/* Multiples of the golden ratio lie evenly in [0, 1), however many are taken. */
static int64_t next_phase(struct slots *slots, int64_t period)
{
    double turn = 0.6180339887498949 * slots->phases++;

    return (int64_t)((turn - (double)(int64_t)turn) * (double)period);
}

int slots_every(struct slots *slots, int64_t period_ns, void *owner,
                slot_callback callback, struct slot_task **ret_task)
{
    int64_t period = (period_ns + SLOT_NS / 2) / SLOT_NS;
    if (period < 1)
        period = 1;

    int64_t now = clock_now().mono_ns / SLOT_NS;
    struct slot_task model = {
        .due = now + 1 + next_phase(slots, period),
        .period = period,
        .owner = owner,
        .callback = callback,
    };
    return start_task(slots, &model, ret_task);
}

int slots_once(struct slots *slots, int64_t delay_ns, void *owner, slot_callback callback,
               struct slot_task **ret_task)
{
    int64_t at = clock_now().mono_ns + (delay_ns > 0 ? delay_ns : 0);
    struct slot_task model = {
        .due = (at + SLOT_NS - 1) / SLOT_NS,
        .owner = owner,
        .callback = callback,
    };
    return start_task(slots, &model, ret_task);
}

int slots_once_within(struct slots *slots, int64_t window_ns, void *owner,
                      slot_callback callback, struct slot_task **ret_task)
{
    return slots_once(slots, next_phase(slots, window_ns), owner, callback, ret_task);
}

void slots_cancel(struct slot_task *task)
{
    if (!task || task->calling)
        return;
    remove_task(task->slots, task);
    if (!task->slots->closing)
        arm(task->slots);
    free(task);
}
