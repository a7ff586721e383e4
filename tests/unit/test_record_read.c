/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/record_read.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Any finite double: every exponent, every mantissa. */
static double any_number(uint64_t *seed)
{
    double number;

    do {
        uint64_t bits = next_random(seed);
        memcpy(&number, &bits, sizeof(number));
    } while (!isfinite(number));
    return number;
}

static void any_text(uint64_t *seed, char *array, size_t size)
{
    static const char *const pieces[] = {
        "a", "Ü", "\"", "\\", "\n",     "\x01", ",\"signals\":",
        "}", "{", "漢", " ",  "spindle"};
    struct text text;

    text_init_fixed(&text, array, size);
    for (uint64_t count = next_random(seed) % 5; count > 0; count--) {
        const char *piece =
            pieces[next_random(seed) % (sizeof(pieces) / sizeof(*pieces))];
        if (text.length + strlen(piece) < size)
            text_add(&text, piece);
    }
}

static unsigned any_code(uint64_t *seed, const char *const *names)
{
    unsigned count = 0;

    while (names[count])
        count++;
    return (unsigned)(next_random(seed) % count);
}

static void fill(struct record *record, uint64_t *seed)
{
    for (const struct record_field *field = record_layouts[record->kind].fields;
         field->name; field++) {
        void *member = (char *)record + field->offset;
        bool is_known = next_random(seed) % 4 != 0 || member == &record->path;
        switch (field->kind) {
        case FIELD_INTEGER:
            *(int64_t *)member = is_known ? (int64_t)next_random(seed) : RECORD_UNKNOWN;
            break;
        case FIELD_NUMBER:
            *(double *)member = is_known ? any_number(seed) : (double)NAN;
            break;
        case FIELD_TEXT:
            any_text(seed, member, field->size);
            break;
        case FIELD_CODE:
        case FIELD_NAME:
            *(unsigned *)member = any_code(seed, field->names);
            break;
        }
    }
}

static void assert_same_field(const struct record *a, const struct record *b,
                              const struct record_field *field)
{
    const char *left = (const char *)a + field->offset;
    const char *right = (const char *)b + field->offset;

    if (field->kind == FIELD_TEXT)
        assert_string_equal(left, right);
    else if (!record_field_known(a, field))
        assert_false(record_field_known(b, field));
    else
        assert_memory_equal(left, right, field->size);
}

static void every_kind_reads_back_exactly(void **state)
{
    uint64_t seed = 88172645463325252;

    (void)state;
    for (int round = 0; round < 200 * RECORD_KIND_COUNT; round++) {
        struct record record, read;
        struct text first, second, copy;

        text_init_heap(&first);
        text_init_heap(&second);
        text_init_heap(&copy);
        record_init(
            &record, (enum record_kind)(round % RECORD_KIND_COUNT),
            (struct moment){.wall_ns = (int64_t)(next_random(&seed) % (1ULL << 62))});
        fill(&record, &seed);
        if (record.kind == RECORD_SIGNAL || record.kind == RECORD_ARCHIVE)
            record.packed.signals = "{\"a}\\\"\":[[0,35.2,192]],\"signals\":[]}";
        record_print_json(&record, &first);
        const struct row_columns columns = {record.kind, record.id, record.wall_ns,
                                            record.path, record.machine};
        if (round / RECORD_KIND_COUNT % 2)
            text_add(&copy, first.data); /* as older versions wrote it */
        else
            record_print_body(&record, &copy);

        assert_int_equal(record_read(&columns, copy.data, &read), 0);
        assert_int_equal(read.kind, record.kind);
        assert_true(read.wall_ns == record.wall_ns);
        for (const struct record_field *field = record_layouts[record.kind].fields;
             field->name; field++)
            assert_same_field(&record, &read, field);
        record_print_json(&read, &second);
        assert_string_equal(first.data, second.data);
        text_done(&first);
        text_done(&second);
        text_done(&copy);
    }
}

static void what_is_not_a_record_is_refused(void **state)
{
    static const char *const bodies[] = {"",  "[",        "[]",
                                         "7", "{\"ct\":", "SQLite format 3"};
    const struct row_columns columns = {.kind = RECORD_CYCLE, .machine = "vmc-3"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct record record;
        char body[128];

        assert_true(text_copy(body, sizeof(body), bodies[i]));
        assert_int_equal(record_read(&columns, body, &record), -EINVAL);
    }
}

static void wrong_types_leave_a_field_unknown(void **state)
{
    const struct row_columns columns = {.kind = RECORD_CYCLE, .machine = "vmc-3"};
    char body[] = "{\"ct\":\"x\",\"cycle_no\":1.5,\"program\":7,\"net\":12}";
    struct record record;

    (void)state;
    assert_int_equal(record_read(&columns, body, &record), 0);
    assert_true(isnan(record.cycle.ct));
    assert_true(record.cycle.cycle_no == RECORD_UNKNOWN);
    assert_string_equal(record.cycle.program, "");
    assert_true(record.cycle.net == 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_reads_back_exactly),
        cmocka_unit_test(what_is_not_a_record_is_refused),
        cmocka_unit_test(wrong_types_leave_a_field_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
