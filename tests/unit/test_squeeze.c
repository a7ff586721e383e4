/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots come back as they were, also those of before. */
#include "daemon/store/squeeze.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_packed_comes_back(void **state)
{
    unsigned char bytes[20000];
    void *packed, *back;
    size_t length, back_length;

    (void)state;
    for (size_t size = 0; size <= sizeof(bytes); size += 5000) {
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)(i % 37);
        assert_int_equal(squeeze_pack(bytes, size, &packed, &length), 0);
        assert_true(size == 0 || length < size / 10);
        assert_int_equal(squeeze_unpack(packed, length, &back, &back_length), 0);
        assert_int_equal(back_length, size);
        assert_memory_equal(back, bytes, size);
        free(packed);
        free(back);
    }
}

static void what_was_never_packed_is_taken_as_it_is(void **state)
{
    void *back;
    size_t length;

    (void)state;
    assert_int_equal(squeeze_unpack("SPKT and more", 13, &back, &length), 0);
    assert_int_equal(length, 13);
    assert_memory_equal(back, "SPKT and more", 13);
    free(back);
    assert_int_equal(squeeze_unpack("x", 1, &back, &length), 0);
    assert_int_equal(length, 1);
    free(back);
}

static void what_is_damaged_is_refused(void **state)
{
    void *packed, *back;
    size_t length, back_length;

    (void)state;
    assert_int_equal(squeeze_pack("twelve bytes", 12, &packed, &length), 0);
    assert_int_equal(squeeze_unpack(packed, length - 3, &back, &back_length), -EINVAL);
    ((unsigned char *)packed)[7] = 0xff; /* longer than anything */
    assert_int_equal(squeeze_unpack(packed, length, &back, &back_length), -EINVAL);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(what_was_never_packed_is_taken_as_it_is),
        cmocka_unit_test(what_is_damaged_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
