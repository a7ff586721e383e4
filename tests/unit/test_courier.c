/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/courier_scene.h"

static void what_is_stored_arrives_in_order_once(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    append_cycles(&scene, 1, 1000);
    wait_until_settled(&scene, 999);
    for (int i = 1; i < 1000; i++)
        assert_int_equal(destination.received[i], 1);
    assert_false(destination.out_of_order);
    assert_true(destination.largest <= 200);
    struct ledger ledger = look().queue.ledger;
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 999);
    close_with_courier(&scene);
    scene_end(&scene);
}

static void every_record_arrives_or_is_a_dead_letter(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct scene scene;

        begin(&scene, seed);
        destination.retry_percent = 30;
        destination.poison = 37;
        append_cycles(&scene, 1, 600);
        scene_wait_stored(&scene, 300);
        close_with_courier(&scene);
        open_with_courier(&scene);
        append_cycles(&scene, 600, 1000);
        wait_until_settled(&scene, 999);
        for (int i = 1; i < 1000; i++)
            if (i % 37 != 0)
                assert_true(destination.received[i] >= 1);
            else
                assert_int_equal(destination.received[i], 0);
        struct ledger ledger = look().queue.ledger;
        assert_int_equal(ledger.values[LEDGER_SAMPLED], 999);
        assert_int_equal(ledger.values[LEDGER_LOST_REFUSED], 999 / 37);
        assert_int_equal(ledger.values[LEDGER_DELIVERED], 999 - 999 / 37);
        close_with_courier(&scene);
        scene_end(&scene);
    }
}

static void a_row_that_breaks_the_server_is_isolated(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    destination.poison = 60;
    destination.breaks = true;
    append_cycles(&scene, 1, 151);
    wait_until_settled(&scene, 150);
    for (int i = 1; i <= 150; i++)
        assert_int_equal(destination.received[i], i % 60 != 0);
    struct ledger ledger = look().queue.ledger;
    assert_int_equal(ledger.values[LEDGER_LOST_REFUSED], 2);
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 148);
    close_with_courier(&scene);
    scene_end(&scene);
}

static bool has_failed_very_often(struct scene *scene)
{
    (void)scene;
    return look().retries > 60;
}

static void a_sick_server_costs_no_row(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    destination.is_sick = true;
    append_cycles(&scene, 1, 41);
    scene_until(&scene, has_failed_very_often);
    destination.is_sick = false;
    wait_until_settled(&scene, 40);
    assert_int_equal(look().queue.ledger.values[LEDGER_DELIVERED], 40);
    close_with_courier(&scene);
    scene_end(&scene);
}

static void dead_letters_are_sent_again_when_a_person_says_so(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    destination.poison = 50;
    append_cycles(&scene, 1, 101);
    wait_until_settled(&scene, 100);
    assert_int_equal(look().queue.ledger.values[LEDGER_LOST_REFUSED], 2);
    destination.poison = 0;
    assert_int_equal(courier_settle_letters(courier, 0, LETTER_RETRY, NULL, NULL), 0);
    wait_until_settled(&scene, 102);
    assert_int_equal(destination.received[50], 1);
    assert_int_equal(destination.received[100], 1);
    close_with_courier(&scene);
    scene_end(&scene);
}

static bool has_failed_often(struct scene *scene)
{
    return look().retries > 5 && scene_is_stored(scene);
}

static void what_waited_for_a_restart_is_marked_as_replay(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    destination.is_down = true;
    append_cycles(&scene, 1, 1000);
    scene.number = 1000;
    scene_until(&scene, has_failed_often);
    assert_true(look().is_waiting || look().trouble[0]);
    close_with_courier(&scene);
    destination.is_down = false;
    open_with_courier(&scene);
    append_cycles(&scene, 1000, 1100);
    wait_until_settled(&scene, 1099);
    assert_true(destination.backlog_batches > 0);
    assert_int_equal(destination.marked, 999);
    for (int i = 1; i < 1100; i++)
        assert_int_equal(destination.received[i], 1);
    close_with_courier(&scene);
    scene_end(&scene);
}

static bool came_twice(struct scene *scene)
{
    (void)scene;
    return destination.received[99] >= 2;
}

static void what_may_be_forgotten_is_sent_again_and_counted_once(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    append_cycles(&scene, 1, 100);
    wait_until_settled(&scene, 99);
    destination.site.reconnected(destination.site.owner, true);
    scene_until(&scene, came_twice);
    for (int i = 1; i < 100; i++)
        assert_int_equal(destination.received[i], 2);
    scene_settle(&scene);
    assert_int_equal(look().queue.ledger.values[LEDGER_DELIVERED], 99);
    close_with_courier(&scene);
    scene_end(&scene);
}

static void what_nobody_confirmed_is_not_called_delivered(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1);
    destination.unconfirmed = true;
    append_cycles(&scene, 1, 51);
    wait_until_settled(&scene, 50);
    assert_int_equal(look().queue.ledger.values[LEDGER_SENT_UNCONFIRMED], 50);
    assert_int_equal(look().queue.ledger.values[LEDGER_DELIVERED], 0);
    close_with_courier(&scene);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_arrives_in_order_once),
        cmocka_unit_test(every_record_arrives_or_is_a_dead_letter),
        cmocka_unit_test(a_row_that_breaks_the_server_is_isolated),
        cmocka_unit_test(a_sick_server_costs_no_row),
        cmocka_unit_test(dead_letters_are_sent_again_when_a_person_says_so),
        cmocka_unit_test(what_waited_for_a_restart_is_marked_as_replay),
        cmocka_unit_test(what_may_be_forgotten_is_sent_again_and_counted_once),
        cmocka_unit_test(what_nobody_confirmed_is_not_called_delivered),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
