/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/pages.h"
#include "daemon/base/sparse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK (64U << 10)

static void a_block_is_of_zeros_and_takes_what_is_copied(void **state)
{
    static char image[BLOCK], zeros[BLOCK];
    char *block = pages_take(BLOCK);

    (void)state;
    assert_non_null(block);
    assert_memory_equal(block, zeros, BLOCK);
    image[0] = 1;
    image[BLOCK - 1] = 2;
    pages_copy(block, image, BLOCK);
    assert_memory_equal(block, image, BLOCK);
    pages_copy(block + 1, image, 7);
    assert_memory_equal(block, "\1\1\0\0\0\0\0\0", 8);
    pages_clear(block, BLOCK);
    assert_memory_equal(block, zeros, BLOCK);
    pages_free(block);
    pages_free(NULL);
}

/* How many bytes `length` of this make, and back. */
static size_t pack_and_unpack(const char *bytes, size_t length)
{
    char room[SPARSE_ROOM] = {0};
    struct text packed, back;

    text_init_heap(&packed);
    text_init_heap(&back);
    text_add(&packed, "before");
    text_add_bytes(&packed, room, sizeof(room));
    text_add_bytes(&packed, bytes, length);
    sparse_pack(&packed, 6);
    assert_memory_equal(packed.data, "before", 6);
    size_t size = packed.length - 6;
    assert_true(size <= length + SPARSE_ROOM);
    assert_int_equal(sparse_unpack(packed.data + 6, size, length, &back), 0);
    assert_int_equal(back.length, length);
    if (length > 0) {
        assert_memory_equal(back.data, bytes, length);
        assert_int_equal(sparse_unpack(packed.data + 6, size, length - 1, &back),
                         -EPROTO);
        assert_int_equal(sparse_unpack(packed.data + 6, 7, length, &back), -EPROTO);
    }
    text_done(&packed);
    text_done(&back);
    return size;
}

static void zeros_take_no_room(void **state)
{
    static char bytes[BLOCK];

    (void)state;
    assert_int_equal(pack_and_unpack(bytes, 0), 0);
    assert_int_equal(pack_and_unpack(bytes, 1), SPARSE_ROOM);
    assert_int_equal(pack_and_unpack(bytes, BLOCK), SPARSE_ROOM);
    bytes[BLOCK / 2] = 7;
    assert_int_equal(pack_and_unpack(bytes, BLOCK), 2 * SPARSE_ROOM + 1);
    memset(bytes, 7, BLOCK);
    assert_int_equal(pack_and_unpack(bytes, BLOCK), SPARSE_ROOM + BLOCK);
}

/* The same pseudo-random runs of bytes and zeros each time. */
static void whatever_is_packed_comes_back(void **state)
{
    static char bytes[4096];
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t length = 0;
        while (length < sizeof(bytes)) {
            seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
            size_t run = (seed >> 8) % 40 + 1;
            char byte = seed & 1U << 20 ? (char)(seed >> 24) : 0;
            run = run < sizeof(bytes) - length ? run : sizeof(bytes) - length;
            memset(bytes + length, byte, run);
            length += run;
        }
        (void)pack_and_unpack(bytes, sizeof(bytes) - (size_t)round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_of_zeros_and_takes_what_is_copied),
        cmocka_unit_test(zeros_take_no_room),
        cmocka_unit_test(whatever_is_packed_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
