/* SPDX-License-Identifier: Apache-2.0 */
/* The life that a control counts, with all the ways it bends it: domain.md 3.1. */
#include "daemon/analytics/tool/control_life.h"
#include "daemon/analytics/tool/count_rate.h"

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
                             .wear_mm = NAN,
                             .wear_limit_mm = NAN,
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

static struct control_life read_wear(double value, double limit, bool counts_down)
{
    struct tool_life life = {.parts = 7, /* a count without a limit says nothing */
                             .parts_limit = NAN,
                             .minutes = NAN,
                             .minutes_limit = NAN,
                             .wear_mm = value,
                             .wear_limit_mm = limit,
                             .counts_down = counts_down};
    struct control_life read;

    control_life_read(&life, &read);
    return read;
}

static void wear_is_read_in_its_own_unit(void **state)
{
    struct control_life percent = read_wear(37, 100, false),
                        share = read_wear(0.37, 1, false), fresh = read_wear(0, 1, false);

    (void)state;
    assert_true(percent.is_wear && share.is_wear);
    same(percent.remaining, 63);
    same(share.remaining, 0.63);
    assert_false(read_wear(37, NAN, false).is_wear);
    assert_true(control_life_evidence(&share, &fresh) >= 1);
    assert_true(control_life_evidence(&fresh, &share) < 1);
}

/* 4 parts for a percent: at 22 % after 88 parts 78 % are 312 parts, whatever the scale.
 */
static void what_is_left_of_wear_lasts_at_the_rate_of_this_edge(void **state)
{
    const double scales[] = {100, 1, 0.3};

    (void)state;
    for (size_t i = 0; i < sizeof(scales) / sizeof(*scales); i++) {
        for (int down = 0; down < 2; down++) {
            struct count_rate rate = {0};
            struct life_outlook left;
            double one = scales[i] / 100, begin = down ? -scales[i] : 0;

            for (int part = 0; part < 16; part++)
                count_rate_add(&rate, part, begin + one * (part / 4));
            assert_false(count_rate_outlook(&rate, 15, 97 * one, &left));
            for (int part = 16; part <= 88; part++)
                count_rate_add(&rate, part, begin + one * (part / 4));
            assert_true(count_rate_outlook(&rate, 88, 78 * one, &left));
            assert_true(fabs(left.q50 - 312) < 5);
            assert_true(left.q05 < 305 && left.q05 > 250);
            assert_true(left.q95 > 320 && left.q95 < 375);
        }
    }
}

static void a_count_that_stands_still_says_nothing(void **state)
{
    struct count_rate rate = {0};
    struct life_outlook left;

    (void)state;
    for (int part = 0; part < 500; part++)
        count_rate_add(&rate, part, 3);
    assert_false(count_rate_outlook(&rate, 500, 97, &left));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_say_used_and_remaining),
        cmocka_unit_test(wear_is_read_in_its_own_unit),
        cmocka_unit_test(what_is_left_of_wear_lasts_at_the_rate_of_this_edge),
        cmocka_unit_test(a_count_that_stands_still_says_nothing),
        cmocka_unit_test(a_counter_that_begins_anew_is_a_new_edge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
