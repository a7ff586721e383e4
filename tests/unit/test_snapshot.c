/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/snapshot.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char long_part[500] = "a word, and room for more";

static void add_part(struct text *text, const char *name, const char *bytes,
                     size_t length)
{
    size_t at = snapshot_begin_part(text, name);

    text_add_bytes(text, bytes, length);
    snapshot_finish_part(text, at);
}

static void parts_come_back_by_name(void **state)
{
    struct snapshot snapshot;
    struct text text;
    size_t length = 0;

    (void)state;
    text_init_heap(&text);
    snapshot_begin(&text);
    add_part(&text, "long", long_part, sizeof(long_part));
    add_part(&text, "short", "x", 1);
    assert_true(text.length < sizeof(long_part) / 2);

    assert_int_equal(snapshot_open(&snapshot, text.data, text.length), 0);
    const char *part = snapshot_part(&snapshot, "short", &length);
    assert_non_null(part);
    assert_int_equal(length, 1);
    assert_int_equal(*part, 'x');
    part = snapshot_part(&snapshot, "long", &length);
    assert_non_null(part);
    assert_int_equal(length, sizeof(long_part));
    assert_memory_equal(part, long_part, sizeof(long_part));
    assert_null(snapshot_part(&snapshot, "other", &length));
    snapshot_close(&snapshot);

    assert_int_equal(snapshot_open(&snapshot, text.data, text.length - 1), 0);
    assert_null(snapshot_part(&snapshot, "short", &length));
    snapshot_close(&snapshot);
    text_done(&text);
}

/* As the first releases wrote it: the part's bytes as they stand. */
static void parts_that_were_never_packed_are_read(void **state)
{
    struct snapshot snapshot;
    struct text text;
    size_t length = 0;

    (void)state;
    text_init_heap(&text);
    text_add_bytes(&text, "SPKT\1\0\0\0", 8);
    text_add_bytes(&text, "tools\0\0\0\0\0\0\0\0\0\0\0", 16);
    text_add_bytes(&text, "\3\0\0\0\0\0\0\0", 8);
    text_add(&text, "old");
    assert_int_equal(snapshot_open(&snapshot, text.data, text.length), 0);
    const char *part = snapshot_part(&snapshot, "tools", &length);
    assert_non_null(part);
    assert_int_equal(length, 3);
    assert_memory_equal(part, "old", 3);
    snapshot_close(&snapshot);

    text.data[4] = 9;
    assert_int_equal(snapshot_open(&snapshot, text.data, text.length), -EPROTO);
    assert_int_equal(snapshot_open(&snapshot, text.data, 3), -EPROTO);
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_back_by_name),
        cmocka_unit_test(parts_that_were_never_packed_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
