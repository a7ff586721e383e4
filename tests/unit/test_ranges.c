/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/ranges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    IDS = 60
};

static void assert_same(const struct ranges *ranges, const bool *is_in)
{
    int64_t floor = 0;
    size_t count = 0;

    for (int64_t id = 1; id < IDS; id++) {
        assert_int_equal(ranges_contain(ranges, id), is_in[id]);
        count += is_in[id] && !is_in[id - 1];
    }
    while (floor + 1 < IDS && is_in[floor + 1])
        floor++;
    assert_int_equal(ranges_floor(ranges), floor);
    assert_int_equal(ranges->count, count);
}

static void assert_hole(const struct ranges *ranges, const bool *is_in, int64_t first,
                        int64_t last)
{
    struct range hole;

    while (first <= last && is_in[first])
        first++;
    if (first > last) {
        assert_false(ranges_find_hole(ranges, first, last, &hole));
        return;
    }
    int64_t until = first;
    while (until < last && !is_in[until + 1])
        until++;
    assert_true(ranges_find_hole(ranges, first, last, &hole));
    assert_int_equal(hole.first, first);
    assert_int_equal(hole.last, until);
}

static void ranges_are_a_set_of_ids(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct ranges ranges = {0};
        bool is_in[IDS + 1] = {false};

        srandom(seed);
        for (int step = 0; step < 200; step++) {
            int64_t first = 1 + random() % (IDS - 2);
            int64_t last = first + random() % 6;
            bool adds = random() % 3 != 0;
            if (last >= IDS)
                last = IDS - 1;
            assert_int_equal(adds ? ranges_add(&ranges, first, last)
                                  : ranges_remove(&ranges, first, last),
                             0);
            memset(is_in + first, adds, (size_t)(last - first + 1));
            assert_same(&ranges, is_in);
            assert_hole(&ranges, is_in, 1 + random() % 20, 20 + random() % 30);
        }
        ranges_done(&ranges);
    }
}

static void nothing_added_is_nothing(void **state)
{
    struct ranges ranges = {0};

    (void)state;
    assert_int_equal(ranges_add(&ranges, 5, 4), 0);
    assert_int_equal(ranges.count, 0);
    assert_int_equal(ranges_floor(&ranges), 0);
    ranges_done(&ranges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_a_set_of_ids),
        cmocka_unit_test(nothing_added_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
