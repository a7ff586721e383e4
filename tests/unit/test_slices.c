/* SPDX-License-Identifier: Apache-2.0 */
/* Long work takes several turns of the loop, and others have theirs in between. */
#include "daemon/base/moment.h"
#include "daemon/loop/slices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    PIECES = 8
};

struct work {
    struct slices slices;
    uv_check_t check;
    int left, turns;
    bool is_closed;
};

/* As long as two slices, so that each turn is given one piece. */
static bool on_step(void *owner)
{
    struct work *work = owner;
    uint64_t begun_ns = uv_hrtime();

    if (work->left == 0)
        return false;
    work->left--;
    while (uv_hrtime() - begun_ns < 8 * NS_PER_MS)
        continue;
    return true;
}

static void on_closed(void *owner)
{
    struct work *work = owner;

    work->is_closed = true;
}

static void on_check(uv_check_t *check)
{
    struct work *work = check->data;

    work->turns++;
    if (work->left > 0)
        return;
    slices_close(&work->slices, on_closed);
    uv_close((uv_handle_t *)check, NULL);
}

static void others_have_their_turn(void **state)
{
    struct work work = {.left = PIECES};
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    slices_init(&work.slices, &loop, &work, on_step);
    assert_int_equal(uv_check_init(&loop, &work.check), 0);
    work.check.data = &work;
    (void)uv_check_start(&work.check, on_check);

    slices_work(&work.slices);
    assert_int_equal(work.left, PIECES - 1);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);

    assert_int_equal(work.left, 0);
    assert_true(work.turns >= PIECES - 1);
    assert_true(work.is_closed);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_have_their_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
