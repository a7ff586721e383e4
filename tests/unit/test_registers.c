/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/registers.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    NAMES = 12
};

/* The value's bytes, most significant first, and what they mean. */
static const struct {
    const char *type;
    uint8_t bytes[8];
    double number;
} goldens[] = {
    {"bool",      {0x01, 0x00},                                     1                     },
    {"bool",      {0x00, 0x00},                                     0                     },
    {"int8l",     {0x12, 0xfe},                                     -2                    },
    {"int8h",     {0xfe, 0x12},                                     -2                    },
    {"uint8l",    {0x12, 0xfe},                                     254                   },
    {"uint8h",    {0xfe, 0x12},                                     254                   },
    {"int16",     {0xff, 0xfe},                                     -2                    },
    {"int16",     {0x80, 0x00},                                     -32768                },
    {"uint16",    {0xff, 0xfe},                                     65534                 },
    {"enum",      {0x00, 0x07},                                     7                     },
    {"int32",     {0xff, 0xff, 0xff, 0xfe},                         -2                    },
    {"int32",     {0x80, 0x00, 0x00, 0x00},                         -2147483648.0         },
    {"uint32",    {0x12, 0x34, 0x56, 0x78},                         305419896             },
    {"uint32",    {0xff, 0xff, 0xff, 0xff},                         4294967295.0          },
    {"int64",     {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, -2                    },
    {"int64",     {0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06}, 1108152157446.0       },
    {"uint64",    {0x00, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9007199254740991.0    },
    {"uint64",    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 18446744073709551615.0},
    {"float16",   {0x3c, 0x01},                                     1.0009765625          },
    {"float16",   {0xc0, 0x00},                                     -2                    },
    {"float16",   {0x00, 0x01},                                     5.9604644775390625e-8 },
    {"float32",   {0x41, 0x48, 0x00, 0x00},                         12.5                  },
    {"float32",   {0xc0, 0x49, 0x0f, 0xdb},                         -3.1415927410125732   },
    {"float64",   {0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18}, 3.141592653589793     },
    {"bcd16",     {0x12, 0x34},                                     1234                  },
    {"bcd32",     {0x12, 0x34, 0x56, 0x78},                         12345678              },
    {"bit:0",     {0x00, 0x01},                                     1                     },
    {"bit:15",    {0x80, 0x00},                                     1                     },
    {"bit:3",     {0xff, 0xf7},                                     0                     },
    {"bits:4+3",  {0xff, 0xdf},                                     5                     },
    {"bits:0+16", {0xff, 0xdf},                                     65503                 },
};

static struct register_form form_of(const char *type)
{
    struct register_form form = {0};

    assert_int_equal(register_form_parse(type, &form), 0);
    return form;
}

/* Words that arrive when a value's bytes travel in the order the letters give. */
static void send_in_order(const char *letters, const uint8_t *bytes, size_t words,
                          uint16_t *ret_words)
{
    for (size_t i = 0; i < words; i++) {
        uint8_t high = bytes[letters[2 * i] - 'A'], low = bytes[letters[2 * i + 1] - 'A'];
        ret_words[i] = (uint16_t)(high << 8 | low);
    }
}

/* The letters as far as the value reaches: a short name means the whole width. */
static const char *letters_of(size_t name, size_t words)
{
    static const char *const two[] = {"AB", "BA", "AB", "BA"};
    static const char *const eight[] = {"ABCDEFGH", "BADCFEHG", "GHEFCDAB", "HGFEDCBA"};

    if (name >= 4)
        return words == 4 ? register_order_names[name] : NULL;
    return words == 1 ? two[name] : words == 2 ? register_order_names[name] : eight[name];
}

static void every_type_is_read_in_every_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
        for (size_t name = 0; name < NAMES; name++) {
            struct register_form form = form_of(goldens[i].type);
            size_t words = register_words(&form);
            const char *letters = letters_of(name, words);
            uint16_t sent[4];
            struct register_value value;

            if (!letters)
                continue;
            form.order = register_order_of((unsigned)name, words);
            send_in_order(letters, goldens[i].bytes, words, sent);
            register_decode(&form, sent, &value);
            if (value.kind == REGISTER_NOTHING || value.number != goldens[i].number)
                print_error("%s %s\n", goldens[i].type, letters);
            assert_true(value.kind != REGISTER_NOTHING);
            assert_true(value.number == goldens[i].number);
        }
    }
}

static const struct {
    const char *type;
    uint16_t words[4];
} nothings[] = {
    {"float16",  {0x7c00}         },
    {"float16",  {0x7e00}         },
    {"float32",  {0x7fc0, 0}      },
    {"float32",  {0xff80, 0}      },
    {"float64",  {0x7ff8, 0, 0, 0}},
    {"bcd16",    {0x12a4}         },
    {"bcd32",    {0xffff, 0xffff} },
    {"string:4", {0x4142, 0x01ff} },
};

static void what_is_no_value_becomes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(nothings) / sizeof(*nothings); i++) {
        struct register_form form = form_of(nothings[i].type);
        struct register_value value;

        register_decode(&form, nothings[i].words, &value);
        assert_int_equal(value.kind, REGISTER_NOTHING);
    }
}

static const struct {
    enum string_layout layout;
    const char *type;
    uint16_t words[5];
    const char *text;
} texts[] = {
    {STRING_HIGH_FIRST, "string:6", {0x4f31, 0x3233, 0x3400},               "O1234"},
    {STRING_LOW_FIRST,  "string:6", {0x314f, 0x3332, 0x0034},               "O1234"},
    {STRING_LOW_BYTE,   "string:5", {0x004f, 0x0031, 0x0032, 0x0033, 0x34}, "O1234"},
    {STRING_HIGH_BYTE,  "string:3", {0x4f00, 0x3100, 0x3200},               "O12"  },
    {STRING_HIGH_FIRST, "string:4", {0x4f31, 0x2020},                       "O1"   },
    {STRING_HIGH_FIRST, "string:3", {0x4f31, 0x3233},                       "O12"  },
    {STRING_HIGH_FIRST, "string:4", {0, 0},                                 ""     },
};

static void strings_are_read_in_every_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct register_form form = form_of(texts[i].type);
        struct register_value value;

        form.layout = texts[i].layout;
        register_decode(&form, texts[i].words, &value);
        assert_int_equal(value.kind, REGISTER_TEXT);
        assert_string_equal(value.text, texts[i].text);
    }
}

static void the_longest_string_fits(void **state)
{
    struct register_form form = form_of("string:128");
    uint16_t words[REGISTER_TEXT_MAX];
    struct register_value value;

    (void)state;
    for (size_t i = 0; i < REGISTER_TEXT_MAX; i++)
        words[i] = 'x';
    form.layout = STRING_LOW_BYTE;
    register_decode(&form, words, &value);
    assert_int_equal(strlen(value.text), REGISTER_TEXT_MAX);
}

static void a_wrong_type_is_refused(void **state)
{
    static const char *const wrong[] = {"int24",    "string", "string:0", "string:129",
                                        "bit:16",   "bit:",   "bits:8+9", "bits:3",
                                        "bits:1+0", "bit:1x", "",         "FLOAT32"};
    struct register_form form;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_int_equal(register_form_parse(wrong[i], &form), -EINVAL);
}

static void tenths_stay_tenths(void **state)
{
    (void)state;
    assert_true(register_scale(3, 0.1, 0) == 0.3);
    assert_true(register_scale(235, 0.1, -40) == 235 / 10.0 - 40);
    assert_true(register_scale(-7, 0.001, 0) == -0.007);
    assert_true(register_scale(7, 2.5, 1) == 18.5);
    assert_true(register_scale(7, 0, 1) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read_in_every_order),
        cmocka_unit_test(what_is_no_value_becomes_nothing),
        cmocka_unit_test(strings_are_read_in_every_layout),
        cmocka_unit_test(the_longest_string_fits),
        cmocka_unit_test(a_wrong_type_is_refused),
        cmocka_unit_test(tenths_stay_tenths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
