/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/json.h"
#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    double number;
    const char *printed;
} numbers[] = {
    {0.0,                "0"                 },
    {62.5,               "62.5"              },
    {-0.1,               "-0.1"              },
    {1e-7,               "1e-07"             },
    {186.73,             "186.73"            },
    {1.0 / 3.0,          "0.3333333333333333"},
    {1e300,              "1e+300"            },
    {123456789.123456,   "123456789.123456"  },
    {2251799813685248.5, "2251799813685248.5"},
};

static void the_shortest_number_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        char array[64];
        struct text text;

        text_init_fixed(&text, array, sizeof(array));
        text_add_number(&text, numbers[i].number);
        assert_string_equal(array, numbers[i].printed);
        assert_true(strtod(array, NULL) == numbers[i].number);
    }
}

static void a_fixed_text_is_cut_and_says_so(void **state)
{
    char array[6];
    struct text text;

    (void)state;
    text_init_fixed(&text, array, sizeof(array));
    text_add(&text, "12345");
    assert_false(text.failed);
    text_add_char(&text, '6');
    assert_true(text.failed);
    assert_string_equal(array, "12345");
}

static const struct {
    const char *text;
    int64_t wall_ns;
    const char *printed; /* NULL: must be refused */
} times[] = {
    {"1970-01-01T00:00:00Z",         0,                   "1970-01-01T00:00:00.000Z"   },
    {"2022-08-08T13:51:34.7167146Z", 1659966694716714600,
     "2022-08-08T13:51:34.716714600Z"                                                  },
    {"2026-01-01T00:00:24+02:00",    1767218424000000000, "2025-12-31T22:00:24.000Z"   },
    {"2026-01-01T00:00:24.5-0530",   1767245424500000000, "2026-01-01T05:30:24.500Z"   },
    {"2024-02-29T23:59:59.000001",   1709251199000001000, "2024-02-29T23:59:59.000001Z"},
    {"2017",                         0,                   NULL                         },
    {"2017-13-01T00:00:00Z",         0,                   NULL                         },
    {"yesterday",                    0,                   NULL                         },
};

static void times_of_every_builder_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        int64_t wall_ns = 0;
        char printed[RFC3339_MAX];

        if (!times[i].printed) {
            assert_true(moment_parse(times[i].text, &wall_ns) < 0);
            continue;
        }
        assert_true(moment_parse(times[i].text, &wall_ns) > 0);
        assert_true(wall_ns == times[i].wall_ns);
        moment_print(wall_ns, printed);
        assert_string_equal(printed, times[i].printed);
    }
}

static void json_escapes_what_it_must(void **state)
{
    char array[128];
    struct text text;
    struct writer json;

    (void)state;
    text_init_fixed(&text, array, sizeof(array));
    writer_init(&json, &text);
    writer_begin_object(&json, NULL);
    writer_string(&json, "a",
                  "x\"\\\n\x01\xff"
                  "é");
    writer_number(&json, "b", 0.0 / 0.0);
    writer_end_object(&json);
    assert_string_equal(array, "{\"a\":\"x\\\"\\\\\\n\\u0001\xef\xbf\xbdé\",\"b\":null}");
}

static void numbers_of_every_locale_are_read(void **state)
{
    double number = 0;
    int64_t integer = 0;

    (void)state;
    assert_int_equal(text_read_number("381,6404", &number), 0);
    assert_true(number == 381.6404);
    assert_int_equal(text_read_number(" 12 ", &number), 0);
    assert_true(text_read_number("1.2.3", &number) < 0);
    assert_true(text_read_number("nan", &number) < 0);
    assert_true(text_read_number("", &number) < 0);
    assert_int_equal(text_read_integer("2.000000", &integer), 0);
    assert_int_equal(integer, 2);
    assert_true(text_read_integer("2.5", &integer) < 0);
}

static void patterns_match_as_file_names_do(void **state)
{
    (void)state;
    assert_true(text_match("O9000*", "O9000-WARM"));
    assert_true(text_match("*", ""));
    assert_true(text_match("temperature.*", "temperature.spindle"));
    assert_false(text_match("O9000*", "O900"));
    assert_true(text_match("a*b*c", "aXbYbZc"));
}

static void only_well_formed_utf_8_is_a_sequence(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"a",                1},
        {"",                 1},
        {"\xc3\xa9",         2},
        {"\xe2\x82\xac",     3},
        {"\xf0\x9f\x98\x80", 4},
        {"\x80",             0}, /* a continuation byte */
        {"\xc3",             0}, /* cut off */
        {"\xe2\x82",         0},
        {"\xc0\xaf",         0}, /* overlong */
        {"\xe0\x9f\xbf",     0},
        {"\xe0\xa0\x80",     3},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80\x80", 4},
        {"\xed\x9f\xbf",     3},
        {"\xed\xa0\x80",     0}, /* a surrogate */
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0}, /* behind the last code point */
        {"\xf5\x80\x80\x80", 0},
        {"\xe2\x82z",        0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(text_sequence_length(rows[i].bytes), rows[i].length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_utf_8_is_a_sequence),
        cmocka_unit_test(the_shortest_number_reads_back),
        cmocka_unit_test(a_fixed_text_is_cut_and_says_so),
        cmocka_unit_test(times_of_every_builder_are_read),
        cmocka_unit_test(json_escapes_what_it_must),
        cmocka_unit_test(numbers_of_every_locale_are_read),
        cmocka_unit_test(patterns_match_as_file_names_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
