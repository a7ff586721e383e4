/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/frame.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct frame_request asked = {
    .transaction = 0x1234, .unit = 17, .function = 3, .address = 107, .count = 3};

static void the_examples_of_the_specification_are_written(void **state)
{
    static const uint8_t tcp[] = {0x12, 0x34, 0, 0, 0, 6, 17, 3, 0, 0x6b, 0, 3};
    static const uint8_t rtu[] = {0x11, 0x03, 0x00, 0x6b, 0x00, 0x03, 0x76, 0x87};
    uint8_t bytes[FRAME_REQUEST_MAX];

    (void)state;
    assert_int_equal(frame_encode(FRAMING_TCP, &asked, bytes), sizeof(tcp));
    assert_memory_equal(bytes, tcp, sizeof(tcp));
    assert_int_equal(frame_encode(FRAMING_RTU, &asked, bytes), sizeof(rtu));
    assert_memory_equal(bytes, rtu, sizeof(rtu));
    assert_int_equal(frame_crc((const uint8_t *)"123456789", 9), 0x4b37);
}

static void nothing_but_reading_can_be_written(void **state)
{
    (void)state;
    for (int function = 0; function < 256; function++) {
        struct frame_request request = asked;
        uint8_t bytes[FRAME_REQUEST_MAX];
        bool reads = function >= 1 && function <= 4;

        request.function = (uint8_t)function;
        assert_true((frame_encode(FRAMING_TCP, &request, bytes) > 0) == reads);
        assert_true((frame_encode(FRAMING_RTU, &request, bytes) > 0) == reads);
    }
}

static void too_much_cannot_be_asked_for(void **state)
{
    static const struct {
        uint8_t function;
        uint16_t address, count;
        int length;
    } cases[] = {
        {3, 0,      125,  12     },
        {3, 0,      126,  -EINVAL},
        {3, 0,      0,    -EINVAL},
        {1, 0,      2000, 12     },
        {1, 0,      2001, -EINVAL},
        {4, 0xffff, 1,    12     },
        {4, 0xffff, 2,    -EINVAL},
    };
    uint8_t bytes[FRAME_REQUEST_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct frame_request request = {.unit = 1,
                                        .function = cases[i].function,
                                        .address = cases[i].address,
                                        .count = cases[i].count};
        assert_int_equal(frame_encode(FRAMING_TCP, &request, bytes), cases[i].length);
    }
}

/* Sealed with a CRC when RTU. */
static const struct {
    enum framing framing;
    uint8_t bytes[16];
    size_t length;
    int parsed; /* 0 = the whole, without its end: more must come */
    uint8_t unit, function, exception;
    size_t data;
} answers[] = {
    {FRAMING_TCP, {0, 9, 0, 0, 0, 5, 1, 3, 2, 0xab, 0xcd}, 11, 11,      1, 3, 0, 2},
    {FRAMING_TCP, {0, 9, 0, 0, 0, 3, 1, 0x83, 2},          9,  9,       1, 3, 2, 0},
    {FRAMING_TCP, {0, 9, 0, 0, 0, 6, 1, 6, 0, 1, 0, 1},    12, 12,      0, 0, 0, 0},
    {FRAMING_TCP, {0, 9, 0, 1, 0, 5, 1, 3, 2, 0xab, 0xcd}, 11, -EPROTO, 0, 0, 0, 0},
    {FRAMING_TCP, {0, 9, 0, 0, 0, 5, 1, 3, 4, 0xab, 0xcd}, 11, -EPROTO, 0, 0, 0, 0},
    {FRAMING_TCP, {0, 9, 0, 0, 0, 0},                      6,  -EPROTO, 0, 0, 0, 0},
    {FRAMING_TCP, {0, 9, 0, 0, 1, 0, 1, 3},                8,  -EPROTO, 0, 0, 0, 0},
    {FRAMING_TCP, {0, 9, 0, 0, 0, 4, 1, 3, 1, 0xab},       10, -EPROTO, 0, 0, 0, 0},
    {FRAMING_RTU, {1, 3, 2, 0xab, 0xcd},                   7,  7,       1, 3, 0, 2},
    {FRAMING_RTU, {1, 0x84, 6},                            5,  5,       1, 4, 6, 0},
    {FRAMING_RTU, {1, 6, 0, 1, 0, 1},                      8,  -EPROTO, 0, 0, 0, 0},
    {FRAMING_RTU, {1, 3, 3, 0, 1, 2},                      8,  -EPROTO, 0, 0, 0, 0},
};

static size_t seal(size_t i, uint8_t *bytes)
{
    memcpy(bytes, answers[i].bytes, 16);
    if (answers[i].framing == FRAMING_RTU) {
        uint16_t crc = frame_crc(bytes, answers[i].length - 2);
        bytes[answers[i].length - 2] = (uint8_t)crc;
        bytes[answers[i].length - 1] = (uint8_t)(crc >> 8);
    }
    return answers[i].length;
}

static void answers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        uint8_t bytes[16];
        struct frame_answer answer = {0};
        size_t length = seal(i, bytes);

        assert_int_equal(frame_parse(answers[i].framing, bytes, length, &answer),
                         answers[i].parsed);
        if (answers[i].parsed < 0)
            continue;
        assert_int_equal(answer.function, answers[i].function);
        if (!answer.function)
            continue;
        assert_int_equal(answer.unit, answers[i].unit);
        assert_int_equal(answer.exception, answers[i].exception);
        assert_int_equal(answer.length, answers[i].data);
    }
}

static void an_answer_may_come_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        uint8_t bytes[16];
        struct frame_answer answer;
        size_t length = seal(i, bytes);

        for (size_t part = 0; part < length && answers[i].parsed > 0; part++)
            assert_int_equal(frame_parse(answers[i].framing, bytes, part, &answer), 0);
    }
}

static void a_flipped_bit_is_never_an_rtu_answer(void **state)
{
    uint8_t bytes[16];
    struct frame_answer answer;
    size_t length = seal(8, bytes);

    (void)state;
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int parsed = frame_parse(FRAMING_RTU, bytes, length, &answer);
        assert_true(parsed <= 0);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void only_what_was_asked_is_an_answer(void **state)
{
    struct frame_answer right = {.unit = 17, .function = 3, .length = 6};
    struct frame_answer refusal = {.unit = 17, .function = 3, .exception = 2};
    (void)state;

    assert_true(frame_answers(&right, &asked));
    assert_true(frame_answers(&refusal, &asked));
    right.length = 4;
    assert_false(frame_answers(&right, &asked));
    right.length = 6;
    right.unit = 16;
    assert_false(frame_answers(&right, &asked));
    right.unit = 17;
    right.function = 4;
    assert_false(frame_answers(&right, &asked));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_specification_are_written),
        cmocka_unit_test(nothing_but_reading_can_be_written),
        cmocka_unit_test(too_much_cannot_be_asked_for),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(an_answer_may_come_byte_by_byte),
        cmocka_unit_test(a_flipped_bit_is_never_an_rtu_answer),
        cmocka_unit_test(only_what_was_asked_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
