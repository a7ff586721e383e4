/* SPDX-License-Identifier: Apache-2.0 */
/* Where a courier's next rows come from: live and backlog take turns. */
#include "daemon/pipeline/courier_inside.h"
#include "tests/unit/store_scene.h"

#define NOW_NS (1000 * NS_PER_S)

static const struct sink in_turns = {.name = "turns"};
static const struct sink at_once = {.name = "at once", .takes_both = true};

static struct scene scene;
static struct courier turns;

static int begin(void **state)
{
    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    turns = (struct courier){
        .spec = {.sink = &in_turns,    .batch_rows = 500, .replay_window = -1},
        .site = {.store = scene.store},
        .number = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE),
        .from_backlog = true,
        .stored_id = 110,
        .live_id = 101,
        .fresh_ns = NOW_NS,
    };
    turns.lanes[LANE_LIVE].courier = turns.lanes[LANE_BACKLOG].courier = &turns;
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

    return cursor_choose(&turns, now_ns, &wait_ns) != NULL;
}

static void live_rows_and_the_backlog_take_turns(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_true(choose(NOW_NS));
        assert_false(turns.from_backlog);
        assert_int_equal(turns.lanes[turns.from_backlog].last_id, turns.stored_id);
        cursor_settle(&turns.lanes[turns.from_backlog],
                      turns.lanes[turns.from_backlog].last_id, LEDGER_DELIVERED, NOW_NS);
        turns.stored_id += 10; /* there is always something live */
        assert_true(choose(NOW_NS));
        assert_true(turns.from_backlog);
        assert_int_equal(turns.lanes[turns.from_backlog].first_id, 20 * (i - 1) + 1);
        cursor_settle(&turns.lanes[turns.from_backlog], 20 * i, LEDGER_DELIVERED, NOW_NS);
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
    assert_int_equal(turns.lanes[turns.from_backlog].first_id, 111);
}

static void live_rows_do_not_wait_for_a_backlog_that_is_out(void **state)
{
    (void)state;
    turns.spec.sink = &at_once;
    assert_true(choose(NOW_NS) && !turns.from_backlog);
    turns.lanes[LANE_LIVE].is_out = true;
    assert_true(choose(NOW_NS) && turns.from_backlog);
    turns.lanes[LANE_BACKLOG].is_out = true;
    assert_false(choose(NOW_NS));

    cursor_settle(&turns.lanes[LANE_LIVE], 110, LEDGER_DELIVERED, NOW_NS);
    turns.lanes[LANE_LIVE].is_out = false;
    turns.stored_id = 120;
    assert_true(choose(NOW_NS) && !turns.from_backlog);
    assert_int_equal(turns.lanes[LANE_LIVE].first_id, 111);
    assert_int_equal(turns.lanes[LANE_LIVE].last_id, 120);
    assert_int_equal(turns.lanes[LANE_BACKLOG].last_id, 100); /* as it was */
}

static void live_rows_that_are_out_do_not_become_a_backlog(void **state)
{
    (void)state;
    turns.spec.sink = &at_once;
    assert_true(choose(NOW_NS) && !turns.from_backlog);
    turns.lanes[LANE_LIVE].is_out = true;
    assert_true(choose(NOW_NS + 60 * NS_PER_S) && turns.from_backlog);
    assert_int_equal(turns.live_id, 101);
    assert_int_equal(turns.backlog.items[0].last, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(live_rows_and_the_backlog_take_turns, begin, end),
        cmocka_unit_test_setup_teardown(
            a_backlog_at_its_rate_leaves_the_turn_to_live_rows, begin, end),
        cmocka_unit_test_setup_teardown(live_rows_that_wait_for_seconds_are_live_no_more,
                                        begin, end),
        cmocka_unit_test_setup_teardown(live_rows_do_not_wait_for_a_backlog_that_is_out,
                                        begin, end),
        cmocka_unit_test_setup_teardown(live_rows_that_are_out_do_not_become_a_backlog,
                                        begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
