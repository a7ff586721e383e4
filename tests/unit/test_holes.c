/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/holes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t found = INT64_C(1700000000) * NS_PER_S;

static void print(const struct hole_list *list, char ret_string[4096])
{
    struct text text;

    text_init_fixed(&text, ret_string, 4096);
    holes_print(list, &text);
}

static void what_was_found_survives_as_text(void **state)
{
    static const char *const strings[] = {
        "",
        "h4100+2@1700000000",
        "h4100+2@1700000000/600 c0+1@1700000001 w60@1700000000 b1500@1700000000",
        "i65535+1@1700000000 d0+2000@1700000000",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        struct hole_list list = {0};
        char string[4096];

        holes_parse(&list, strings[i]);
        print(&list, string);
        assert_string_equal(string, strings[i]);
    }
}

static void nonsense_is_left_out(void **state)
{
    struct hole_list list = {0};
    char string[4096];

    (void)state;
    holes_parse(&list,
                "x1+1@1 h1@1 h70000+1@1 h65535+2@5 h5+0@1 w0@1 w126@1 w60 b2001@7 h "
                "h4+1@1700000000  i7+1@1700000000");
    print(&list, string);
    assert_string_equal(string, "h4+1@1700000000 i7+1@1700000000");
    holes_parse(&list, NULL);
    assert_int_equal(list.count, 2);
}

static void each_is_tried_again_in_its_own_time(void **state)
{
    const struct hole forever = {AREA_HOLDING, 1, 1}, soon = {AREA_HOLDING, 7, 2};
    struct hole_list list = {
        .words = {.most = 60, .found_wall_ns = found}
    };

    (void)state;
    assert_true(holes_add(&list, &forever, NS_PER_DAY, found));
    assert_true(holes_add(&list, &soon, 10 * NS_PER_S, found));
    assert_false(holes_add(&list, &soon, 10 * NS_PER_S, found));
    assert_false(holes_expire(&list, found + 10 * NS_PER_S - 1));
    assert_true(holes_expire(&list, found + 10 * NS_PER_S));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.holes[0].address, 1);
    assert_false(holes_expire(&list, found + NS_PER_DAY - 1));
    assert_int_equal(list.words.most, 60);
    assert_true(holes_expire(&list, found + NS_PER_DAY));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.words.most, 0);
}

static void a_clock_set_back_does_not_make_it_last(void **state)
{
    const struct hole hole = {AREA_COIL, 3, 1};
    struct hole_list list = {0};

    (void)state;
    (void)holes_add(&list, &hole, NS_PER_DAY, found);
    assert_false(holes_expire(&list, found - NS_PER_HOUR));
    assert_true(holes_expire(&list, found - 2 * NS_PER_DAY));
}

static void there_is_room_for_so_many(void **state)
{
    struct hole_list list = {0};

    (void)state;
    for (unsigned i = 0; i <= HOLES_MAX; i++) {
        const struct hole hole = {AREA_INPUT, (uint16_t)(2 * i), 1};
        assert_int_equal(holes_add(&list, &hole, NS_PER_DAY, found), i < HOLES_MAX);
    }
    assert_int_equal(list.count, HOLES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_found_survives_as_text),
        cmocka_unit_test(nonsense_is_left_out),
        cmocka_unit_test(each_is_tried_again_in_its_own_time),
        cmocka_unit_test(a_clock_set_back_does_not_make_it_last),
        cmocka_unit_test(there_is_room_for_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
