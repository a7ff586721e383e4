/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/modbus_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool heard_much(struct rig *rig)
{
    return rig->hearers[0].good >= 1500;
}

/* The steps by which a refused register is found are no news: only the finding is. */
static bool heard_much_and_no_step(struct rig *rig)
{
    struct link_health health;

    driver_modbus.describe(rig->hearers[0].link, &health);
    assert_null(strstr(health.trouble, "exception"));
    return heard_much(rig);
}

/* The matter here is what a device refuses, not how soon a busy machine answers. */
static struct hearer *add_patient_link(struct rig *rig)
{
    struct hearer *hearer = add_link(rig, 1, POINTS);

    hearer->options.timeout = 5 * NS_PER_S;
    return hearer;
}

static void a_refused_register_costs_only_its_point(void **state)
{
    struct rig rig, again;

    (void)state;
    set_up(&rig);
    rig.refused_address = 10 + 2 * 17;
    struct hearer *hearer = add_patient_link(&rig);
    start_link(hearer, NULL);
    run_until(&rig, heard_much_and_no_step);
    assert_int_equal(hearer->bad, 1);
    assert_int_equal(hearer->last_why, WHY_NONE);
    assert_int_equal(rig.device.connections, 1);
    assert_non_null(strstr(hearer->position, "#1 h44+1@"));
    /* Beside the one that was refused, 2 * log2(40) + 2; then as before. */
    assert_in_range(hearer->asked_at_mark, 2, 1 + 10 + 2 + 2);
    assert_true(rig.device.requests <= 1500 / (POINTS - 1) * 2 + 16);

    set_up(&again);
    again.refused_address = rig.refused_address;
    char position[4096];
    (void)snprintf(position, sizeof(position), "tcp://127.0.0.1:%d%s", again.device.port,
                   strchr(hearer->position, '#'));
    start_link(add_patient_link(&again), position);
    run_until(&again, heard_much);
    assert_int_equal(again.hearers[0].bad, 0);
    assert_true(again.widest < POINTS * 2);
}

static void a_hole_between_points_is_found_too(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.refused_address = 10 + 2 * 17 + 1;
    struct hearer *hearer = add_patient_link(&rig);
    start_link(hearer, NULL);
    run_until(&rig, heard_much);
    assert_int_equal(hearer->bad, 0);
    assert_non_null(strstr(hearer->position, "#1 h45+1@"));
}

/* A device that is being programmed refuses now what it shows a moment later. */
static void what_is_refused_once_is_no_hole(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    struct hearer *hearer = add_patient_link(&rig);
    rig.refuses_every = 7;
    start_link(hearer, NULL);
    run_until(&rig, heard_much);
    assert_int_equal(hearer->bad, 0);
    assert_string_equal(hearer->position, "");
    assert_true(rig.widest >= 2 * POINTS - 1);
}

/* Found in the time before the restart, believed for a day: over now. */
static void a_hole_of_yesterday_is_tried_again(void **state)
{
    struct rig rig;
    char position[128];

    (void)state;
    set_up(&rig);
    (void)snprintf(position, sizeof(position),
                   "tcp://127.0.0.1:%d#1 h44+1@1000000000 w3@1", rig.device.port);
    struct hearer *hearer = add_patient_link(&rig);
    start_link(hearer, position);
    run_until(&rig, heard_much);
    assert_int_equal(hearer->bad, 0);
    assert_int_equal(rig.widest, 2 * POINTS - 1);
}

static void a_hole_of_another_device_is_none(void **state)
{
    struct rig rig;
    char position[128];

    (void)state;
    set_up(&rig);
    (void)snprintf(position, sizeof(position), "tcp://127.0.0.1:%d#2 h44+1@4000000000",
                   rig.device.port);
    start_link(add_patient_link(&rig), position);
    run_until(&rig, heard_much);
    assert_int_equal(rig.widest, 2 * POINTS - 1);
}

static bool heard_of_all(struct rig *rig)
{
    return rig->hearers[0].bad >= POINTS;
}

/* While it starts it refuses everything; that is not believed for a day. */
static void a_device_that_refuses_everything_is_tried_again_soon(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.refuses_every = 1;
    struct hearer *hearer = add_patient_link(&rig);
    start_link(hearer, NULL);
    run_until(&rig, heard_of_all);
    assert_non_null(strstr(hearer->position, "#1 h10+"));
    assert_non_null(strstr(strchr(hearer->position, '@'), "/10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_register_costs_only_its_point),
        cmocka_unit_test(a_hole_between_points_is_found_too),
        cmocka_unit_test(what_is_refused_once_is_no_hole),
        cmocka_unit_test(a_hole_of_yesterday_is_tried_again),
        cmocka_unit_test(a_hole_of_another_device_is_none),
        cmocka_unit_test(a_device_that_refuses_everything_is_tried_again_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
