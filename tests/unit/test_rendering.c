/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/rendering.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Three rows, the second of which cannot be written. */
static struct record rows[3];

static int render(const struct record *record, const struct place *place,
                  struct text *text)
{
    (void)place;
    if (record == &rows[1])
        return -EINVAL;
    text_add_format(text, "row %d;", (int)record->id);
    return 1;
}

static int run_out(const struct record *record, const struct place *place,
                   struct text *text)
{
    (void)place;
    text_add(text, "something");
    return record == &rows[1] ? -ENOMEM : 1;
}

static void each_row_has_its_own_text(void **state)
{
    struct renderings made = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        rows[i].id = i;
    assert_null(renderings_from(&made, 0));
    assert_int_equal(renderings_make(rows, 3, render, NULL, &made), 0);
    const struct rendering *second = renderings_from(&made, 1);
    assert_int_equal(second[0].result, -EINVAL);
    assert_int_equal(second[0].length, 0);
    assert_int_equal(second[1].length, strlen("row 2;"));
    assert_memory_equal(second[1].bytes, "row 2;", second[1].length);
    renderings_done(&made);
    assert_null(renderings_from(&made, 0));
}

/* They are fetched and written again later; a row is not lost to it. */
static void without_memory_there_are_none(void **state)
{
    struct renderings made = {0};

    (void)state;
    assert_int_equal(renderings_make(rows, 3, run_out, NULL, &made), -ENOMEM);
    assert_null(renderings_from(&made, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_its_own_text),
        cmocka_unit_test(without_memory_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
