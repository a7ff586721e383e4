/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/point.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SILENCE_NS (60 * NS_PER_S)

static struct point_name names[POINT_NAMES_MAX];

/* An int16 of tenths at holding 3, heard in an answer that begins at 2. */
static struct point make(const char *deadband, const char *range, const char *numbered)
{
    static char signal[] = "custom.a", type[] = "int16";
    static char texts[3][32];
    const char *const given[] = {deadband, range, numbered};
    char *taken[3] = {0}, sentence[256];
    struct point point;

    for (size_t i = 0; i < 3; i++) {
        if (!given[i])
            continue;
        (void)snprintf(texts[i], sizeof(texts[i]), "%s", given[i]);
        taken[i] = texts[i];
    }
    const struct point_options options = {
        .signal = signal,
        .area = AREA_HOLDING,
        .address = 3,
        .type = type,
        .scale = numbered ? 1 : 0.1,
        .deadband = taken[0],
        .range = taken[1],
        .names = taken[2],
        .max_silence = SILENCE_NS,
    };
    assert_int_equal(point_init(&point, &options, NS_PER_S, names, sentence), 0);
    return point;
}

static bool hear(struct point *point, int raw, int64_t second, struct sample *ret_sample)
{
    const uint8_t data[] = {0xde, 0xad, (uint8_t)((unsigned)raw >> 8), (uint8_t)raw};
    const struct reading reading = {
        .data = data, .address = 2, .at = {.mono_ns = second * NS_PER_S}};

    return point_take(point, &reading, ret_sample);
}

static void small_changes_are_silent_until_the_silence_is_too_long(void **state)
{
    static const struct {
        const char *deadband;
        int raw, second;
        bool is_news;
    } steps[] = {
        {"0.5", 200,  1,  true },
        {"0.5", 205,  2,  false}, /* 0.5 is not more than 0.5 */
        {"0.5", 206,  3,  true },
        {"0.5", 206,  62, false},
        {"0.5", 206,  63, true }, /* 60 s after the last */
        {"10%", 1000, 1,  true },
        {"10%", 1099, 2,  false},
        {"10%", 1101, 3,  true },
        {"10%", 1000, 4,  false}, /* 10.1 is less than 10 % of 110.1 */
        {NULL,  200,  1,  true },
        {NULL,  200,  2,  true }, /* without a band all is reported */
    };
    struct point point = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        struct sample sample;

        if (steps[i].second == 1)
            point = make(steps[i].deadband, NULL, NULL);
        assert_int_equal(hear(&point, steps[i].raw, steps[i].second, &sample),
                         steps[i].is_news);
        if (!steps[i].is_news)
            continue;
        assert_int_equal(sample.quality, QUALITY_GOOD);
        assert_true(sample.value.number == steps[i].raw / 10.0);
    }
}

static void what_is_out_of_range_is_no_value(void **state)
{
    struct point point = make(NULL, "-5..50", NULL);
    struct sample sample;

    (void)state;
    assert_true(hear(&point, 500, 1, &sample));
    assert_int_equal(sample.quality, QUALITY_GOOD);
    assert_true(hear(&point, 501, 2, &sample));
    assert_int_equal(sample.quality, QUALITY_BAD);
    assert_int_equal(sample.why, WHY_OUT_OF_RANGE);
    assert_false(hear(&point, -51, 3, &sample)); /* said already */
    assert_true(hear(&point, -50, 4, &sample));
    assert_true(sample.value.number == -5.0);
}

static void numbers_have_names(void **state)
{
    struct point point = make(NULL, NULL, "0=idle 7=run");
    struct sample sample;

    (void)state;
    assert_true(hear(&point, 7, 1, &sample));
    assert_int_equal(sample.value.kind, VALUE_TEXT);
    assert_string_equal(sample.value.text, "run");
}

static void silence_is_stale_once_and_bad_without_a_value(void **state)
{
    const struct moment later = {.mono_ns = 9 * NS_PER_S};
    struct point point = make("0.5", NULL, NULL);
    struct sample sample;

    (void)state;
    assert_true(point_fail(&point, QUALITY_STALE, WHY_TIMEOUT, later, &sample));
    assert_int_equal(sample.quality, QUALITY_BAD);
    assert_int_equal(sample.value.kind, VALUE_NONE);
    assert_true(hear(&point, 215, 10, &sample));
    assert_true(point_fail(&point, QUALITY_STALE, WHY_SILENT, later, &sample));
    assert_int_equal(sample.quality, QUALITY_STALE);
    assert_true(sample.value.number == 21.5);
    assert_false(point_fail(&point, QUALITY_STALE, WHY_SILENT, later, &sample));
    /* The same value is news after that, whatever the band. */
    assert_true(hear(&point, 215, 11, &sample));
    assert_int_equal(sample.quality, QUALITY_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_changes_are_silent_until_the_silence_is_too_long),
        cmocka_unit_test(what_is_out_of_range_is_no_value),
        cmocka_unit_test(numbers_have_names),
        cmocka_unit_test(silence_is_stale_once_and_bad_without_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
