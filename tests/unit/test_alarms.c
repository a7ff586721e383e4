/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/alarm/alarms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void *alarms;
static struct record heard[64];
static size_t count;
static struct context context;
static const struct path_view paths[PATHS_MAX];
static const struct machine_view view = {
    .cell = "a", .machine = "vmc-3", .context = &context, .paths = paths};

static void on_record(void *owner, const struct record *record)
{
    (void)owner;
    assert_true(count < sizeof(heard) / sizeof(*heard));
    heard[count++] = *record;
}

static const struct record_sink out = {NULL, on_record};

static int set_up(void **state)
{
    (void)state;
    count = 0;
    context_init(&context);
    return analytic_alarms.create(NULL, &alarms);
}

static int tear_down(void **state)
{
    (void)state;
    analytic_alarms.destroy(alarms);
    return 0;
}

static struct moment at(double s)
{
    int64_t ns = (int64_t)(s * 1e9);

    return (struct moment){ns, ns};
}

static void says(double s, enum level level, const char *id)
{
    const struct condition condition = {.level = level,
                                        .id = id,
                                        .code = id,
                                        .severity = "",
                                        .qualifier = "",
                                        .text = "x"};
    const struct sample sample = {
        .signal = SIGNAL_CONDITION,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "system",
        .value = {.kind = VALUE_CONDITION, .condition = &condition},
        .at = at(s),
    };

    analytic_alarms.observe(alarms, &view, &sample, &out);
}

static void a_repeated_fault_is_announced_once(void **state)
{
    (void)state;
    for (int i = 0; i < 137; i++)
        says(i, LEVEL_FAULT, "1101");
    assert_int_equal(count, 1);
    assert_string_equal(heard[0].event.code, "condition.system.1101");
    assert_int_equal(heard[0].event.severity, SEVERITY_ALARM);
    assert_int_equal(heard[0].event.cleared, 0);
}

static void a_normal_without_code_clears_all_after_a_second(void **state)
{
    (void)state;
    says(1, LEVEL_FAULT, "A1");
    says(2, LEVEL_WARNING, "B2");
    says(3, LEVEL_NORMAL, "");
    analytic_alarms.advance(alarms, &view, at(3.9), &out);
    assert_int_equal(count, 2);
    analytic_alarms.advance(alarms, &view, at(4.5), &out);
    assert_int_equal(count, 4);
    assert_int_equal(heard[2].event.cleared, 1);
    assert_true(heard[2].wall_ns == 3 * NS_PER_S);
}

static void one_that_is_back_within_a_second_never_went(void **state)
{
    (void)state;
    says(1, LEVEL_FAULT, "A1");
    says(2, LEVEL_NORMAL, "");
    says(2.5, LEVEL_FAULT, "A1");
    analytic_alarms.advance(alarms, &view, at(60), &out);
    assert_int_equal(count, 1);
}

static void a_normal_with_code_clears_that_one(void **state)
{
    (void)state;
    says(1, LEVEL_FAULT, "A1");
    says(1, LEVEL_WARNING, "B2");
    says(2, LEVEL_NORMAL, "B2");
    analytic_alarms.advance(alarms, &view, at(10), &out);
    assert_int_equal(count, 3);
    assert_string_equal(heard[2].event.code, "condition.system.B2");
}

static void unavailable_ends_as_not_known(void **state)
{
    (void)state;
    says(1, LEVEL_FAULT, "A1");
    says(2, LEVEL_UNAVAILABLE, "");
    assert_int_equal(count, 2);
    assert_string_equal(heard[1].event.text, "not known any more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_repeated_fault_is_announced_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_normal_without_code_clears_all_after_a_second,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_back_within_a_second_never_went,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_normal_with_code_clears_that_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unavailable_ends_as_not_known, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
