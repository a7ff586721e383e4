/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/record.h"
#include "daemon/model/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"execution", "path2/execution", "temperature.spindle",
                                    "spindle_load.S2", "custom.a.b"};
static const char *const wrong[] = {"heat.x",          "temperature",     "program.x",
                                    "path0/execution", "pathx/execution", ""};

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char place[SIGNAL_NAME_MAX], printed[SIGNAL_NAME_MAX], sentence[160];
        struct sample sample = {.place = place};

        assert_int_equal(
            signal_parse(names[i], &sample.signal, &sample.path, place, sentence), 0);
        signal_print(&sample, printed);
        assert_string_equal(printed, names[i]);
    }
}

static void a_wrong_name_gets_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char place[SIGNAL_NAME_MAX], sentence[160] = "";
        enum signal signal;
        uint16_t path;

        assert_true(signal_parse(wrong[i], &signal, &path, place, sentence) < 0);
        assert_true(strlen(sentence) > 5);
    }
}

static void unavailable_is_a_quality_never_a_number(void **state)
{
    struct sample_reading reading;
    struct sample sample = {.signal = SIGNAL_SPINDLE_LOAD, .place = ""};

    (void)state;
    assert_int_equal(sample_read_value(&sample, "UNAVAILABLE", &reading), 0);
    assert_int_equal(sample.value.kind, VALUE_NONE);
    assert_int_equal(sample.quality, QUALITY_BAD);
    assert_false(sample_is_good(&sample));
    assert_int_equal(sample_read_value(&sample, "12.5", &reading), 0);
    assert_true(sample_number(&sample) == 12.5);
    assert_true(sample_read_value(&sample, "fast", &reading) < 0);
    sample.signal = SIGNAL_CYCLE_BIT;
    assert_int_equal(sample_read_value(&sample, "UNAVAILABLE", &reading), 0);
    assert_false(sample_is_good(&sample));
    sample.signal = SIGNAL_AVAILABILITY;
    assert_int_equal(sample_read_value(&sample, "UNAVAILABLE", &reading), 0);
    assert_true(sample_is_good(&sample));
    assert_int_equal(sample.value.integer, 0);
}

static void a_new_record_knows_nothing(void **state)
{
    struct record record;

    (void)state;
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const struct record_field *field = record_layouts[kind].fields;

        record_init(&record, (enum record_kind)kind, (struct moment){1, 2});
        assert_string_equal(record_layouts[kind].measurement, record_kind_names[kind]);
        for (; field->name; field++)
            if (field->kind == FIELD_NUMBER || field->kind == FIELD_TEXT)
                assert_false(record_field_known(&record, field));
    }
}

static void a_record_prints_null_for_what_it_does_not_know(void **state)
{
    struct record record;
    struct text text;

    (void)state;
    record_init(&record, RECORD_GAP, (struct moment){0, 1500000000});
    (void)text_copy(record.machine, sizeof(record.machine), "vmc-3");
    record.gap.count = 17;
    text_init_heap(&text);
    record_print_json(&record, &text);
    assert_string_equal(text.data,
                        "{\"t\":\"1970-01-01T00:00:01.500Z\",\"measurement\":\"gap\","
                        "\"machine\":\"vmc-3\",\"path\":1,\"from\":null,\"to\":null,"
                        "\"count\":17,\"dur\":null,\"reason\":null,\"run_seq\":null,"
                        "\"lot_seq\":null,\"fixture\":null}");
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_as_they_are_written),
        cmocka_unit_test(a_wrong_name_gets_a_sentence),
        cmocka_unit_test(unavailable_is_a_quality_never_a_number),
        cmocka_unit_test(a_new_record_knows_nothing),
        cmocka_unit_test(a_record_prints_null_for_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
