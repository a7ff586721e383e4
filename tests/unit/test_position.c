/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/position.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct streams_header header(uint64_t first, uint64_t last, uint64_t next)
{
    return (struct streams_header){.has_instance = true,
                                   .has_next = true,
                                   .instance_id = 7,
                                   .buffer_size = 1000,
                                   .first = first,
                                   .last = last,
                                   .next = next};
}

static struct position standing(uint64_t next)
{
    struct position position = {0};

    position_set(&position, 7, next);
    return position;
}

static const struct {
    uint64_t first, last, next, lowest;
    enum position_verdict verdict;
    uint64_t from, to, count;
} cases[] = {
    {1,   99,  100,          0,   POSITION_FOLLOWS,   0,   0,   0 }, /* heartbeat */
    {1,   109, 110,          100, POSITION_FOLLOWS,   0,   0,   0 },
    {100, 199, 200,          100, POSITION_FOLLOWS,   0,   0,   0 },
    {120, 199, 200,          120, POSITION_FOLLOWS,   100, 119, 20}, /* overrun */
    {120, 199, 200,          110, POSITION_FOLLOWS,   100, 109, 10}, /* it had more yet */
    {120, 199, 200,          0,   POSITION_FOLLOWS,   100, 119, 20},
    {1,   49,  50,           0,   POSITION_RESTARTED, 0,   0,   0 }, /* same second */
    {1,   109, 366929686800, 0,   POSITION_ODD,       0,   0,   0 },
    {900, 109, 110,          0,   POSITION_ODD,       0,   0,   0 },
};

static void headers_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct position position = standing(100);
        struct streams_header seen = header(cases[i].first, cases[i].last, cases[i].next);
        struct position_gap gap;

        assert_int_equal(position_judge(&position, &seen, cases[i].lowest, &gap),
                         cases[i].verdict);
        assert_int_equal(gap.from, cases[i].from);
        assert_int_equal(gap.to, cases[i].to);
        assert_int_equal(gap.count, cases[i].count);
        assert_int_equal(position.lost, cases[i].count);
    }
}

static void another_instance_is_a_restart_even_if_numbers_fit(void **state)
{
    struct position position = standing(100);
    struct streams_header seen = header(1, 109, 110);
    struct position_gap gap;

    (void)state;
    seen.instance_id = 8;
    assert_int_equal(position_judge(&position, &seen, 100, &gap), POSITION_RESTARTED);
}

static void duplicates_are_dropped_and_counted(void **state)
{
    struct position position = standing(100);
    struct position_gap gap;

    (void)state;
    assert_false(position_admit(&position, 99, &gap));
    assert_true(position_admit(&position, 100, &gap));
    assert_false(position_admit(&position, 100, &gap));
    assert_int_equal(position.duplicates, 2);
    assert_int_equal(position.next, 101);
}

static void a_hole_is_a_gap_only_without_a_filter(void **state)
{
    struct position position = standing(100);
    struct position_gap gap;

    (void)state;
    assert_true(position_admit(&position, 103, &gap));
    assert_int_equal(gap.from, 100);
    assert_int_equal(gap.to, 102);
    assert_int_equal(position.lost, 3);

    position = standing(100);
    position.is_filtered = true;
    assert_true(position_admit(&position, 103, &gap));
    assert_int_equal(gap.count, 0);
    assert_int_equal(position.lost, 0);
}

static void an_empty_document_moves_a_filtered_position(void **state)
{
    struct position position = standing(100);
    struct streams_header seen = header(1, 449, 450);
    struct position_gap gap;

    (void)state;
    position.is_filtered = true;
    position_commit(&position, &seen, &gap);
    assert_int_equal(position.next, 450);
    assert_int_equal(gap.count, 0);
}

static void a_header_behind_its_observations_is_not_followed_back(void **state)
{
    struct position position = standing(100);
    struct streams_header seen = header(1, 100, 101);
    struct position_gap gap;

    (void)state;
    assert_true(position_admit(&position, 100, &gap));
    assert_true(position_admit(&position, 101, &gap));
    position_commit(&position, &seen, &gap);
    assert_int_equal(position.next, 102);
    assert_int_equal(position.oddities, 1);
}

/* Whatever happens, each number is admitted once or lies in one gap. */
static void every_number_is_admitted_once_or_lost_once(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 2000; seed++) {
        struct position position = standing(1);
        uint32_t random = seed;
        uint64_t first = 1, issued = 0, admitted = 0, lost = 0;

        for (int part = 0; part < 30; part++) {
            struct position_gap gap;

            random = random * 1664525 + 1013904223;
            issued += (random >> 8) % 40;
            uint64_t oldest = issued > 25 ? issued - 24 : 1;
            first = oldest > first ? oldest : first;
            struct streams_header seen = header(first, issued, issued + 1);
            uint64_t from = position.next < first ? first : position.next;
            if (from > 3 && (random & 1))
                from -= 3; /* the agent sends some again */
            assert_int_equal(
                position_judge(&position, &seen, from > position.next ? from : 0, &gap),
                POSITION_FOLLOWS);
            lost += gap.count;
            for (uint64_t each = from; each <= issued; each++) {
                if (each % 17 == seed % 17)
                    continue; /* and forgets some */
                admitted += position_admit(&position, each, &gap);
                lost += gap.count;
            }
            position_commit(&position, &seen, &gap);
            lost += gap.count;
            assert_int_equal(admitted + lost, issued);
            assert_int_equal(position.lost, lost);
            assert_int_equal(position.next, issued + 1);
        }
    }
}

static void the_chase_leaves_more_room_each_time(void **state)
{
    struct streams_header seen = header(500, 1499, 1500);

    (void)state;
    assert_int_equal(position_chase(&seen, 0), 550);
    assert_int_equal(position_chase(&seen, 1), 600);
    assert_int_equal(position_chase(&seen, 2), 700);
    assert_int_equal(position_chase(&seen, 3), 1500);
    seen.buffer_size = 100;
    assert_int_equal(position_chase(&seen, 0), 516);
    seen = header(1, 4, 5);
    assert_int_equal(position_chase(&seen, 0), 5);
}

static void a_position_survives_as_text(void **state)
{
    struct position position = {0}, again = {0};
    char text[POSITION_TEXT_MAX];

    (void)state;
    position_set(&position, UINT64_MAX, UINT64_MAX);
    position_print(&position, text);
    assert_int_equal(position_parse(&again, text), 0);
    assert_true(again.is_known && again.instance_id == UINT64_MAX);
    assert_true(again.next == UINT64_MAX);
}

static void nonsense_is_no_position(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "1",
                                        "1 ",
                                        "1 2 ",
                                        "-1 2",
                                        "a b",
                                        "1 2x",
                                        " 1 2",
                                        "1  2",
                                        "1 99999999999999999999"};
    struct position position = {0};

    (void)state;
    assert_int_equal(position_parse(&position, NULL), -EINVAL);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_int_equal(position_parse(&position, texts[i]), -EINVAL);
        assert_false(position.is_known);
    }
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(headers_are_judged),
        cmocka_unit_test(another_instance_is_a_restart_even_if_numbers_fit),
        cmocka_unit_test(duplicates_are_dropped_and_counted),
        cmocka_unit_test(a_hole_is_a_gap_only_without_a_filter),
        cmocka_unit_test(an_empty_document_moves_a_filtered_position),
        cmocka_unit_test(a_header_behind_its_observations_is_not_followed_back),
        cmocka_unit_test(every_number_is_admitted_once_or_lost_once),
        cmocka_unit_test(the_chase_leaves_more_room_each_time),
        cmocka_unit_test(a_position_survives_as_text),
        cmocka_unit_test(nonsense_is_no_position),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
