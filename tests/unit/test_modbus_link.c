/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/modbus_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool behaved_for_long(struct rig *rig)
{
    return rig->seen_behaving >= 300;
}

static bool behaved_for_a_while(struct rig *rig)
{
    return rig->seen_behaving >= 100;
}

static bool behaved_for_a_thousand(struct rig *rig)
{
    return rig->seen_behaving >= 1000;
}

static const struct {
    enum fault fault;
    bool same_connection; /* nothing of this kind may cost the connection */
    bool loses_nothing;   /* not even one reading */
} faults[] = {
    {FAULT_SILENT,         true,  false},
    {FAULT_LATE,           true,  false},
    {FAULT_WRONG_ID,       true,  false},
    {FAULT_WRONG_UNIT,     true,  false},
    {FAULT_WRONG_FUNCTION, true,  false},
    {FAULT_SHORT,          true,  false},
    {FAULT_TRUNCATED,      false, false},
    {FAULT_OVERSIZE,       false, true },
    {FAULT_GARBAGE,        false, true },
    {FAULT_DUPLICATE,      true,  true },
    {FAULT_DRIBBLE,        true,  false},
    {FAULT_RESET,          false, true },
    {FAULT_BUSY,           true,  false},
    {FAULT_GATEWAY,        true,  false},
};

static void no_fault_makes_a_wrong_value_or_lasts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct rig rig;

        set_up(&rig);
        rig.fault = faults[i].fault;
        rig.faults_until = 40;
        struct hearer *hearer = add_link(&rig, 7, POINTS);
        hearer->options.max_words = 9; /* so that there are eight requests a scan */
        if (faults[i].loses_nothing) { /* and a busy machine is no fault */
            hearer->options.timeout = 5 * NS_PER_S;
            hearer->options.every = 100 * NS_PER_MS;
        }
        start_link(hearer, NULL);
        run_until(&rig, faults[i].loses_nothing ? behaved_for_a_while : behaved_for_long);
        if (faults[i].same_connection && rig.device.connections != 1)
            print_error("fault %d: %ld connections\n", faults[i].fault,
                        (long)rig.device.connections);
        if (faults[i].same_connection)
            assert_int_equal(rig.device.connections, 1);
        if (faults[i].loses_nothing)
            assert_int_equal(hearer->stale + hearer->bad, 0);
        assert_true(hearer->good >= (faults[i].loses_nothing ? 90 : 290) * POINTS / 8);
        assert_int_equal(rig.device.writes, 0);
    }
}

static bool heard_much(struct rig *rig)
{
    return rig->hearers[0].good >= 1500;
}

static void a_dead_unit_costs_its_neighbours_little(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.dead_unit = 3;
    for (uint8_t unit = 1; unit <= 3; unit++)
        start_link(add_link(&rig, unit, 5), NULL);
    run_until(&rig, heard_much);
    assert_int_equal(rig.device.connections, 1);
    assert_int_equal(rig.hearers[1].wrong + rig.hearers[2].wrong, 0);
    assert_true(rig.hearers[1].good > 1000);
    assert_int_equal(rig.hearers[2].good, 0);
    assert_true(rig.hearers[2].links_down == 1);
    assert_true(rig.hearers[2].bad >= 5);
    assert_int_equal(rig.hearers[2].last_why, WHY_TIMEOUT);
}

static bool lost_and_found(struct rig *rig)
{
    struct hearer *hearer = &rig->hearers[0];

    if (hearer->good > 200 && !hearer->links_down && rig->device.connections == 1 &&
        rig->device.connection && !uv_is_closing((uv_handle_t *)&rig->device.listener)) {
        fake_device_close(&rig->device);
        hearer->good = 0;
    }
    if (hearer->links_down == 1 && hearer->links_up == 1 && hearer->stale >= 5 &&
        uv_is_closing((uv_handle_t *)&rig->device.listener)) {
        fake_device_open(&rig->device, &rig->loop);
        hearer->good = 0;
    }
    return hearer->links_up == 2 && hearer->good > 100;
}

static void a_device_that_comes_back_is_heard_again(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    start_link(add_link(&rig, 1, 5), NULL);
    run_until(&rig, lost_and_found);
    assert_int_equal(rig.hearers[0].links_down, 1);
}

static bool heard_a_little(struct rig *rig)
{
    return rig->hearers[0].good >= 60;
}

static void quirks_change_how_it_is_asked(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    struct hearer *hearer = add_link(&rig, 1, 2);
    hearer->options.every = 40 * NS_PER_MS;
    hearer->quirks = (struct quirk_options){.close_after_scan = true,
                                            .one_request_per_point = true,
                                            .pause_after_connect = NS_PER_MS,
                                            .pause_between = NS_PER_MS,
                                            .transaction_ids = 1};
    start_link(hearer, NULL);
    run_until(&rig, heard_a_little);
    assert_int_equal(rig.widest, 1);
    assert_true(rig.device.connections > 10);
}

static enum fault forget_the_id(void *owner, struct fake_device *device,
                                const struct fake_request *request)
{
    (void)owner;
    (void)device;
    (void)request;
    return FAULT_ZERO_ID;
}

static bool is_told_of_the_quirk(struct rig *rig)
{
    struct link_health health;

    driver_modbus.describe(rig->hearers[0].link, &health);
    return strstr(health.trouble, "transaction_ids: zero") != NULL;
}

static void a_device_that_forgets_ids_is_told_of(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.device.decide = forget_the_id;
    start_link(add_link(&rig, 1, 2), NULL);
    run_until(&rig, is_told_of_the_quirk);
    assert_int_equal(rig.hearers[0].good, 0);
}

static void several_may_be_under_way(void **state)
{
    static const enum fault each[] = {FAULT_LATE, FAULT_TRUNCATED};

    (void)state;
    for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
        struct rig rig;

        set_up(&rig);
        struct hearer *hearer = add_link(&rig, 1, POINTS);
        hearer->options.max_words = 3;
        hearer->options.max_in_flight = 8;
        rig.fault = each[i];
        rig.faults_until = 200;
        start_link(hearer, NULL);
        run_until(&rig, behaved_for_a_thousand);
        if (each[i] == FAULT_LATE)
            assert_int_equal(rig.device.connections, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_fault_makes_a_wrong_value_or_lasts),
        cmocka_unit_test(a_dead_unit_costs_its_neighbours_little),
        cmocka_unit_test(a_device_that_comes_back_is_heard_again),
        cmocka_unit_test(quirks_change_how_it_is_asked),
        cmocka_unit_test(a_device_that_forgets_ids_is_told_of),
        cmocka_unit_test(several_may_be_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
