/* SPDX-License-Identifier: Apache-2.0 */
/* The life that a control counts, with all the ways it bends it: domain.md 3.1. */
#include "daemon/analytics/tool/control_life.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct control_life read_parts(double value, double limit, bool counts_down,
                                      const char *status)
{
    struct tool_life life = {.parts = value,
                             .parts_limit = limit,
                             .minutes = NAN,
                             .minutes_limit = NAN,
                             .counts_down = counts_down,
                             .status = status};
    struct control_life read;

    control_life_read(&life, &read);
    return read;
}

static void same(double got, double expected)
{
    if (isnan(expected) ? !isnan(got) : fabs(got - expected) > 1e-9)
        fail_msg("%g is not %g", got, expected);
}

static void both_directions_say_used_and_remaining(void **state)
{
    const struct {
        double value, limit;
        bool counts_down;
        const char *status;
        double used, remaining;
    } rows[] = {
        {17,  240, false, "USED",    17,  223},
        {243, 240, false, "USED",    243, 0  }, /* overrun: nothing is left */
        {17,  0,   false, "USED",    17,  NAN}, /* 0 is no limit */
        {33,  90,  true,  "USED",    57,  33 },
        {33,  NAN, true,  "USED",    NAN, 33 },
        {3,   240, false, "EXPIRED", 3,   0  }, /* the status wins */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct control_life read =
            read_parts(rows[i].value, rows[i].limit, rows[i].counts_down, rows[i].status);

        same(read.used, rows[i].used);
        same(read.remaining, rows[i].remaining);
    }
}

static void a_counter_that_begins_anew_is_a_new_edge(void **state)
{
    const struct {
        double before, now, limit;
        bool counts_down, is_new;
    } rows[] = {
        {200, 0,   240, false, true }, /* up */
        {200, 201, 240, false, false},
        {10,  90,  90,  true,  true }, /* down */
        {10,  9,   90,  true,  false},
        {10,  90,  NAN, true,  true }, /* down from nobody knows where */
        {10,  9,   NAN, true,  false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct control_life before = read_parts(rows[i].before, rows[i].limit,
                                                rows[i].counts_down, "USED"),
                            now = read_parts(rows[i].now, rows[i].limit,
                                             rows[i].counts_down, "USED");

        assert_int_equal(control_life_evidence(&before, &now) >= 1, rows[i].is_new);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_say_used_and_remaining),
        cmocka_unit_test(a_counter_that_begins_anew_is_a_new_edge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
