/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/line.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct place place = {
    .gateway = "gw-1", .enterprise = "acme", .site = "taichung", .area = "milling"};
static const struct moment noon = {.wall_ns = 1767225600000000000};

static struct record make(enum record_kind kind)
{
    struct record record;

    record_init(&record, kind, noon);
    (void)text_copy(record.cell, sizeof(record.cell), "a");
    (void)text_copy(record.machine, sizeof(record.machine), "vmc-3");
    return record;
}

static void expect(const struct record *record, const char *expected)
{
    struct text text;

    text_init_heap(&text);
    text_add(&text, "");
    assert_true(line_print(record, &place, &text) >= 0);
    assert_string_equal(text.data, expected);
    text_done(&text);
}

static void a_cycle_is_one_line(void **state)
{
    struct record record = make(RECORD_CYCLE);

    (void)state;
    (void)text_copy(record.context.part, RECORD_NAME_MAX, "BRKT-7");
    (void)text_copy(record.context.op, RECORD_NAME_MAX, "10");
    (void)text_copy(record.context.lot, RECORD_NAME_MAX, "L-77");
    record.context.stage = STAGE_PILOT;
    record.context.run_seq = 12;
    record.cycle.kind = CYCLE_KIND_PROD;
    record.cycle.outcome = CYCLE_CLASS_COMPLETE;
    record.cycle.ct = 62.5;
    record.cycle.cut = 41;
    record.cycle.parts = 1;
    record.cycle.flags = CYCLE_COLD;
    record.cycle.cycle_no = 9007199254740993;
    expect(&record, "cycle,site=taichung,cell=a,machine=vmc-3,path=1,part=BRKT-7,op=10,"
                    "stage=pilot kind=\"prod\",class=1i,ct=62.5,cut=41,parts=1i,"
                    "flags=128i,run_seq=12i,cycle_no=9007199254740993i "
                    "1767225600000000000\n");
}

static void what_is_not_known_is_left_out(void **state)
{
    struct record record = make(RECORD_THERMAL);

    (void)state;
    record.thermal.temp = 31.5;
    record.thermal.theta = INFINITY;
    record.cell[0] = '\0';
    expect(&record, "thermal,site=taichung,machine=vmc-3 temp=31.5,state=0i "
                    "1767225600000000000\n");
}

static void a_record_without_fields_prints_nothing(void **state)
{
    struct record cost = make(RECORD_COST);
    struct record archive = make(RECORD_ARCHIVE);

    (void)state;
    archive.packed.signals = "{\"feed\":[[0,1,192]]}";
    expect(&cost, "");
    expect(&archive, "");
}

static void names_are_escaped_and_texts_quoted(void **state)
{
    struct record record = make(RECORD_EVENT);

    (void)state;
    (void)text_copy(record.event.code, RECORD_NAME_MAX, "a b,c=d\\");
    (void)text_copy(record.event.text, RECORD_TEXT_MAX, "say \"no\"\\\nat 1\xff");
    record.event.severity = SEVERITY_ALARM;
    expect(&record, "event,site=taichung,cell=a,machine=vmc-3,code=a\\ b\\,c\\=d/ "
                    "text=\"say \\\"no\\\"\\\\ at 1\xef\xbf\xbd\",severity=3i "
                    "1767225600000000000\n");
}

static void events_of_two_tools_are_two_points(void **state)
{
    struct record record = make(RECORD_EVENT);

    (void)state;
    (void)text_copy(record.event.code, RECORD_NAME_MAX, "tool_worn");
    (void)text_copy(record.event.subject, RECORD_NAME_MAX, "T 12");
    record.event.severity = SEVERITY_WARNING;
    expect(&record, "event,site=taichung,cell=a,machine=vmc-3,code=tool_worn,"
                    "subject=T\\ 12 severity=2i 1767225600000000000\n");
}

static void values_of_one_answer_share_a_line(void **state)
{
    struct record record = make(RECORD_SIGNAL);

    (void)state;
    record.packed.signals =
        "{\"spindle_load\":[[0,35.25,192],[1000,36,192]],\"program\":[[1000,\"O "
        "1\",192]],"
        "\"custom.a b\":[[1000.5,true,192]],\"temperature.spindle\":[[0,null,0]],"
        "\"feed\":[[1000,12,64]]}";
    expect(&record,
           "signal,site=taichung,cell=a,machine=vmc-3 spindle_load=35.25,"
           "temperature.spindle.q=0i 1767225600000000000\n"
           "signal,site=taichung,cell=a,machine=vmc-3 spindle_load=36,program=\"O 1\","
           "feed.q=64i 1767225601000000000\n"
           "signal,site=taichung,cell=a,machine=vmc-3 custom.a\\ b=1 "
           "1767225601000500000\n");
}

static void no_value_hides_another(void **state)
{
    struct record record = make(RECORD_SIGNAL);

    (void)state;
    record.packed.signals = "{\"feed\":[[5,1,192],[5,2,192],[5,3,192]]}";
    expect(&record,
           "signal,site=taichung,cell=a,machine=vmc-3 feed=1 1767225600005000000\n"
           "signal,site=taichung,cell=a,machine=vmc-3 feed=2 1767225600005000001\n"
           "signal,site=taichung,cell=a,machine=vmc-3 feed=3 1767225600005000002\n");
}

static void a_condition_is_a_text(void **state)
{
    struct record record = make(RECORD_SIGNAL);

    (void)state;
    record.packed.signals =
        "{\"condition.system\":[[0,{\"level\":\"fault\",\"code\":\"407\"},192]]}";
    expect(&record,
           "signal,site=taichung,cell=a,machine=vmc-3 condition.system=\"{\\\"level"
           "\\\":\\\"fault\\\",\\\"code\\\":\\\"407\\\"}\" 1767225600000000000\n");
}

static void broken_packing_is_refused_whole(void **state)
{
    static const char *const broken[] = {"", "[]", "{\"feed\":[[0,1],[1]]}",
                                         "{\"feed\":[[\"x\",1,192]]}", "{\"feed\":"};
    struct record record = make(RECORD_SIGNAL);
    char array[64] = "";
    struct text text;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
        text_init_fixed(&text, array, sizeof(array));
        text_add(&text, "before");
        record.packed.signals = broken[i];
        assert_int_equal(line_print(&record, &place, &text), -EINVAL);
        assert_string_equal(array, "before");
    }
}

static void what_does_not_fit_leaves_no_half_line(void **state)
{
    struct record record = make(RECORD_CYCLE);
    char array[90];
    struct text text;

    (void)state;
    text_init_fixed(&text, array, sizeof(array));
    text_add(&text, "before\n");
    assert_int_equal(line_print(&record, &place, &text), -ENOMEM);
    assert_string_equal(array, "before\n");
}

/*
 * A reader of line protocol written from InfluxData's description, not from line.c: it
 * answers with the fields' names and kinds, so that kinds can be compared between
 * records.
 */
struct reading {
    char names[64][RECORD_TEXT_MAX];
    char kinds[64]; /* i integer, f float, s string */
    char values[64][2 * RECORD_TEXT_MAX];
    size_t count;
};

static const char *read_key(const char *cursor, char *ret_key)
{
    while (*cursor != '=') {
        assert_true(*cursor != '\0' && *cursor != '\n' && *cursor != ' ');
        if (*cursor == '\\' && strchr(",= ", cursor[1]))
            cursor++;
        *ret_key++ = *cursor++;
    }
    *ret_key = '\0';
    return cursor + 1;
}

static const char *read_value(const char *cursor, char *ret_kind, char *ret_value)
{
    char *value = ret_value;

    if (*cursor == '"') {
        for (cursor++; *cursor != '"'; cursor++) {
            assert_true(*cursor != '\0' && *cursor != '\n');
            if (*cursor == '\\' && strchr("\"\\", cursor[1]))
                cursor++;
            *value++ = *cursor;
        }
        *value = '\0';
        *ret_kind = 's';
        return cursor + 1;
    }
    while (*cursor != ',' && *cursor != ' ') {
        assert_true(*cursor != '\0');
        *value++ = *cursor++;
    }
    *value = '\0';
    *ret_kind = value[-1] == 'i' ? 'i' : 'f';
    if (*ret_kind == 'i')
        value[-1] = '\0';
    char *end;
    (void)strtod(ret_value, &end);
    assert_true(end != ret_value && *end == '\0');
    return cursor;
}

/* The blank that ends measurement and tags. */
static const char *skip_series(const char *cursor)
{
    for (; *cursor != ' '; cursor++) {
        assert_true(*cursor != '\0' && *cursor != '\n');
        if (*cursor == '\\')
            cursor++;
    }
    return cursor;
}

static void read_line(const char *line, struct reading *ret_reading)
{
    const char *cursor = skip_series(line);

    ret_reading->count = 0;
    do {
        size_t i = ret_reading->count++;
        assert_true(i < 64);
        cursor = read_key(cursor + 1, ret_reading->names[i]);
        cursor = read_value(cursor, &ret_reading->kinds[i], ret_reading->values[i]);
    } while (*cursor == ',');
    assert_int_equal(*cursor, ' ');
    assert_int_equal(cursor[1 + strspn(cursor + 1, "-0123456789")], '\n');
}

static void fill(struct record *record, const struct record_field *field, unsigned seed)
{
    char *member = (char *)record + field->offset;
    double number = seed % 3 ? (double)(seed % 1000) / 8.0 : (double)(seed % 7);
    int64_t integer = (int64_t)seed * 1234567;

    switch (field->kind) {
    case FIELD_INTEGER:
        memcpy(member, &integer, sizeof(integer));
        break;
    case FIELD_NUMBER:
        memcpy(member, &number, sizeof(number));
        break;
    case FIELD_TEXT:
        (void)text_copy(member, field->size, "42");
        break;
    case FIELD_CODE:
    case FIELD_NAME:
        *(unsigned *)(void *)member = 0;
        break;
    }
}

static char kind_of(const struct record_field *field)
{
    static const char kinds[] = {[FIELD_INTEGER] = 'i',
                                 [FIELD_NUMBER] = 'f',
                                 [FIELD_TEXT] = 's',
                                 [FIELD_CODE] = 'i',
                                 [FIELD_NAME] = 's'};

    return kinds[field->kind];
}

static void a_field_never_changes_its_type(void **state)
{
    static struct reading reading;

    (void)state;
    for (unsigned seed = 1; seed < 40; seed++) {
        for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
            const struct record_field *fields = record_layouts[kind].fields;
            struct record record = make((enum record_kind)kind);
            struct text text;
            size_t seen = 0;

            if (kind == RECORD_SIGNAL || kind == RECORD_ARCHIVE)
                continue;
            for (const struct record_field *field = fields; field->name; field++)
                fill(&record, field, seed * 31 + (unsigned)(field - fields));
            text_init_heap(&text);
            assert_int_equal(line_print(&record, &place, &text), 1);
            read_line(text.data, &reading);
            for (const struct record_field *field = fields; field->name; field++) {
                if (field->role != ROLE_FIELD)
                    continue;
                assert_string_equal(reading.names[seen], field->name);
                assert_int_equal(reading.kinds[seen], kind_of(field));
                seen++;
            }
            assert_int_equal(seen, reading.count);
            text_done(&text);
        }
    }
}

static void any_text_can_be_read_back(void **state)
{
    static const char alphabet[] = "ab \\\\\"\",=i\n\t\xc3\xa9\xff";
    static struct reading reading;
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct record record = make(RECORD_EVENT);
        struct text text;
        size_t length = 1 + (size_t)round % 12;

        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            record.event.text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
            seed = seed * 1664525u + 1013904223u;
            record.event.code[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
        }
        text_init_heap(&text);
        assert_int_equal(line_print(&record, &place, &text), 1);
        assert_ptr_equal(strchr(text.data, '\n'), text.data + text.length - 1);
        read_line(text.data, &reading);
        assert_string_equal(reading.names[0], "text");

        const char *read = reading.values[0];
        for (const char *cursor = record.event.text; *cursor;) {
            size_t taken = text_sequence_length(cursor);
            size_t given = text_sequence_length(read);
            if (taken == 0)
                assert_memory_equal(read, "\xef\xbf\xbd", 3);
            else if ((unsigned char)*cursor < 0x20)
                assert_int_equal(*read, ' ');
            else
                assert_memory_equal(read, cursor, taken);
            cursor += taken ? taken : 1;
            read += given;
        }
        assert_int_equal(*read, '\0');
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cycle_is_one_line),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(a_record_without_fields_prints_nothing),
        cmocka_unit_test(names_are_escaped_and_texts_quoted),
        cmocka_unit_test(events_of_two_tools_are_two_points),
        cmocka_unit_test(values_of_one_answer_share_a_line),
        cmocka_unit_test(no_value_hides_another),
        cmocka_unit_test(a_condition_is_a_text),
        cmocka_unit_test(broken_packing_is_refused_whole),
        cmocka_unit_test(what_does_not_fit_leaves_no_half_line),
        cmocka_unit_test(a_field_never_changes_its_type),
        cmocka_unit_test(any_text_can_be_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
