/* SPDX-License-Identifier: Apache-2.0 */
/* How much of its file system the store may take. */
#include "daemon/store/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MIB(number) (INT64_C(1048576) * (number))

static void the_ballast_fits_the_limit_and_the_disk(void **state)
{
    const struct room large = {.total = MIB(100000)}, small = {.total = MIB(24)};

    (void)state;
    assert_int_equal(room_ballast(&large, MIB(2048)), MIB(8));
    assert_int_equal(room_ballast(&large, MIB(64)), MIB(4));
    assert_int_equal(room_ballast(&large, MIB(1)), MIB(1) / 4);
    assert_int_equal(room_ballast(&small, MIB(2048)), MIB(3));
}

static void a_disk_smaller_than_max_size_is_the_limit(void **state)
{
    const struct room wide = {.total = MIB(1000), .available = MIB(900), .file = MIB(10)};
    const struct room narrow = {.total = MIB(24), .available = MIB(8), .file = MIB(12)};
    const struct room none = {.total = MIB(24), .available = 0, .file = MIB(2)};

    (void)state;
    assert_int_equal(room_limit(&wide, MIB(512)), MIB(512));
    assert_int_equal(room_limit(&wide, MIB(2048)), MIB(894));
    assert_int_equal(room_limit(&narrow, MIB(2048)), MIB(14));
    assert_int_equal(room_limit(&none, MIB(2048)), 0);
}

/* A store that has filled its disk itself gets no byte of the file system back. */
static void free_pages_and_room_for_the_log_suffice(void **state)
{
    struct room room = {
        .total = MIB(24), .available = MIB(3), .file = MIB(17), .used = MIB(14)};

    (void)state;
    assert_true(room_suffices(&room, MIB(2048)));
    room.used = MIB(15);
    assert_false(room_suffices(&room, MIB(2048)));
    room.used = MIB(1);
    room.available = MIB(1);
    assert_false(room_suffices(&room, MIB(2048)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ballast_fits_the_limit_and_the_disk),
        cmocka_unit_test(a_disk_smaller_than_max_size_is_the_limit),
        cmocka_unit_test(free_pages_and_room_for_the_log_suffice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
