/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    TASKS = 40
};

struct rig {
    uv_loop_t loop;
    struct slots *slots;
};

struct hearer {
    struct slot_task *task;
    struct slots *slots;
    int64_t calls, missed;
    int64_t first_ns, last_ns;
    int64_t stop_after; /* cancels itself, then */
    int64_t nap_ns;     /* holds the loop up at its first call */
    int *running;       /* how many are left; the last one closes the slots */
};

static void hold_up(int64_t ns)
{
    struct timespec nap = {.tv_sec = 0, .tv_nsec = ns};

    (void)nanosleep(&nap, NULL);
}

static void on_slot(void *owner, struct moment due, int64_t missed)
{
    struct hearer *hearer = owner;

    if (!hearer->calls++)
        hearer->first_ns = due.mono_ns;
    else
        hearer->missed += missed;
    hearer->last_ns = due.mono_ns;
    if (hearer->nap_ns) {
        hold_up(hearer->nap_ns);
        hearer->nap_ns = 0;
    }
    if (hearer->stop_after && hearer->calls == hearer->stop_after) {
        slots_cancel(hearer->task);
        if (--*hearer->running == 0)
            slots_close(hearer->slots, NULL, NULL);
    }
}

static int set_up(void **state)
{
    static struct rig rig;

    assert_int_equal(uv_loop_init(&rig.loop), 0);
    assert_int_equal(slots_create(&rig.loop, &rig.slots), 0);
    *state = &rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    return 0;
}

static void every_call_is_due_a_whole_number_of_periods_after_the_first(void **state)
{
    struct rig *rig = *state;
    struct hearer hearers[TASKS];
    int running = TASKS;

    for (int i = 0; i < TASKS; i++) {
        hearers[i] = (struct hearer){.slots = rig->slots,
                                     .running = &running,
                                     .stop_after = 3 + i % 5,
                                     .nap_ns = i % 8 ? 0 : 35 * NS_PER_MS};
        assert_int_equal(slots_every(rig->slots, (1 + i % 4) * SLOT_NS, &hearers[i],
                                     on_slot, &hearers[i].task),
                         0);
    }
    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i < TASKS; i++) {
        int64_t periods = hearers[i].calls - 1 + hearers[i].missed;

        assert_int_equal(hearers[i].calls, hearers[i].stop_after);
        assert_int_equal(hearers[i].last_ns - hearers[i].first_ns,
                         periods * (1 + i % 4) * SLOT_NS);
        assert_int_equal(hearers[i].first_ns % SLOT_NS, 0);
    }
}

static void periods_that_passed_unheard_are_counted(void **state)
{
    struct rig *rig = *state;
    int running = 1;
    struct hearer hearer = {.slots = rig->slots,
                            .running = &running,
                            .stop_after = 2,
                            .nap_ns = 100 * NS_PER_MS};

    assert_int_equal(slots_every(rig->slots, SLOT_NS, &hearer, on_slot, &hearer.task), 0);
    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    assert_true(hearer.missed >= 8);
    assert_int_equal(hearer.last_ns - hearer.first_ns, (1 + hearer.missed) * SLOT_NS);
}

static void phases_are_spread_over_the_period(void **state)
{
    struct rig *rig = *state;
    struct hearer hearers[TASKS];
    int running = TASKS;
    int quarters[4] = {0};

    for (int i = 0; i < TASKS; i++) {
        hearers[i] =
            (struct hearer){.slots = rig->slots, .running = &running, .stop_after = 1};
        assert_int_equal(
            slots_every(rig->slots, 40 * SLOT_NS, &hearers[i], on_slot, &hearers[i].task),
            0);
    }
    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i < TASKS; i++)
        quarters[hearers[i].first_ns / SLOT_NS % 40 / 10]++;
    for (int i = 0; i < 4; i++)
        assert_in_range(quarters[i], TASKS / 8, TASKS / 2);
}

static void close_after(void *owner, struct moment due, int64_t missed)
{
    struct hearer *hearer = owner;

    (void)due;
    (void)missed;
    hearer->calls++;
    slots_cancel(hearer->task); /* harmless: it is gone by itself */
    slots_close(hearer->slots, NULL, NULL);
}

static void a_once_task_is_called_once_and_may_close_everything(void **state)
{
    struct rig *rig = *state;
    struct hearer hearer = {.slots = rig->slots}, never = {.slots = rig->slots};

    assert_int_equal(slots_every(rig->slots, NS_PER_HOUR, &never, on_slot, &never.task),
                     0);
    assert_int_equal(slots_once(rig->slots, 0, &hearer, close_after, &hearer.task), 0);
    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(hearer.calls, 1);
}

static void a_cancelled_task_is_never_called(void **state)
{
    struct rig *rig = *state;
    struct hearer cancelled[TASKS] = {0}, last = {.slots = rig->slots};

    for (int i = 0; i < TASKS; i++)
        assert_int_equal(slots_once(rig->slots, (i * 7 % 5) * SLOT_NS, &cancelled[i],
                                    on_slot, &cancelled[i].task),
                         0);
    assert_int_equal(slots_once(rig->slots, 6 * SLOT_NS, &last, close_after, &last.task),
                     0);
    for (int i = 0; i < TASKS; i++)
        slots_cancel(cancelled[i * 3 % TASKS].task);
    assert_int_equal(uv_run(&rig->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(last.calls, 1);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(cancelled[i].calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_call_is_due_a_whole_number_of_periods_after_the_first, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(periods_that_passed_unheard_are_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(phases_are_spread_over_the_period, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_once_task_is_called_once_and_may_close_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_task_is_never_called, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
