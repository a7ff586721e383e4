/* SPDX-License-Identifier: Apache-2.0 */
/* Where a courier's next rows come from: live and backlog take turns. */
#include "daemon/pipeline/courier_inside.h"
#include "tests/unit/store_scene.h"

#define NOW_NS (1000 * NS_PER_S)

static struct scene scene;
static struct courier turns;

static int begin(void **state)
{
    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    turns = (struct courier){
        .spec = {.batch_rows = 500, .replay_window = -1},
        .site = {.store = scene.store                },
        .number = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE),
        .from_backlog = true,
        .stored_id = 110,
        .live_id = 101,
        .fresh_ns = NOW_NS,
    };
    assert_int_equal(ranges_add(&turns.backlog, 1, 100), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ranges_done(&turns.backlog);
    scene_end(&scene);
    return 0;
}

static bool choose(int64_t now_ns)
{
    int64_t wait_ns;

    return cursor_choose(&turns, now_ns, &wait_ns);
}

static void live_rows_and_the_backlog_take_turns(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_true(choose(NOW_NS));
        assert_false(turns.from_backlog);
        assert_int_equal(turns.last_id, turns.stored_id);
        cursor_settle(&turns, turns.last_id, LEDGER_DELIVERED, NOW_NS);
        turns.stored_id += 10; /* there is always something live */
        assert_true(choose(NOW_NS));
        assert_true(turns.from_backlog);
        assert_int_equal(turns.first_id, 20 * (i - 1) + 1);
        cursor_settle(&turns, 20 * i, LEDGER_DELIVERED, NOW_NS);
    }
    assert_int_equal(turns.backlog.count, 0);
    assert_true(choose(NOW_NS) && !turns.from_backlog);
    assert_true(choose(NOW_NS) && !turns.from_backlog);
}

static void a_backlog_at_its_rate_leaves_the_turn_to_live_rows(void **state)
{
    (void)state;
    turns.from_backlog = false;
    turns.backlog_free_ns = NOW_NS + NS_PER_S;
    assert_true(choose(NOW_NS) && !turns.from_backlog);
    assert_true(choose(NOW_NS + NS_PER_S) && turns.from_backlog);
}

static void live_rows_that_wait_for_seconds_are_live_no_more(void **state)
{
    (void)state;
    assert_true(choose(NOW_NS + NS_PER_S) && !turns.from_backlog);
    assert_true(choose(NOW_NS + 4 * NS_PER_S) && turns.from_backlog);
    assert_int_equal(turns.live_id, 111);
    assert_int_equal(turns.backlog.items[0].last, 110);
    turns.stored_id = 120; /* what comes then is */
    assert_true(choose(NOW_NS + 4 * NS_PER_S) && !turns.from_backlog);
    assert_int_equal(turns.first_id, 111);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(live_rows_and_the_backlog_take_turns, begin, end),
        cmocka_unit_test_setup_teardown(
            a_backlog_at_its_rate_leaves_the_turn_to_live_rows, begin, end),
        cmocka_unit_test_setup_teardown(live_rows_that_wait_for_seconds_are_live_no_more,
                                        begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
