/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/payload.h"

#include "daemon/base/json.h"

#include <string.h>

static void print_unknown(const struct record_field *field, struct writer *writer)
{
    if (field->role == ROLE_FIELD)
        writer_null(writer, field->name);
}

static void print_code(const struct record *record, const struct record_field *field,
                       struct writer *writer)
{
    char array[64];
    struct text name;

    writer_integer(writer, field->name, (int64_t)record_field_number(record, field));
    text_init_fixed(&name, array, sizeof(array));
    text_add(&name, field->name);
    text_add(&name, "_name");
    writer_string(writer, array, record_field_text(record, field));
}

static void print_field(const struct record *record, const struct record_field *field,
                        struct writer *writer)
{
    int64_t integer;

    if (!record_field_known(record, field)) {
        print_unknown(field, writer);
        return;
    }
    switch (field->kind) {
    case FIELD_INTEGER:
        memcpy(&integer, (const char *)record + field->offset, sizeof(integer));
        writer_integer(writer, field->name, integer);
        break;
    case FIELD_NUMBER:
        writer_number(writer, field->name, record_field_number(record, field));
        break;
    case FIELD_CODE:
        print_code(record, field, writer);
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
        writer_string(writer, field->name, record_field_text(record, field));
        break;
    }
}

/* A code has its name beside it already. */
static bool is_told(const struct record_field *fields, const struct record_field *field)
{
    for (; field->kind == FIELD_NAME && fields->name; fields++)
        if (fields->kind == FIELD_CODE && fields->offset == field->offset)
            return true;
    return false;
}

static void print_fields(const struct record *record, struct writer *writer)
{
    const struct record_field *fields = record_layouts[record->kind].fields;

    for (const struct record_field *field = fields; field->name; field++)
        if (!is_told(fields, field))
            print_field(record, field, writer);
}

void payload_print(const struct record *record, bool is_backlog, struct text *text)
{
    struct writer writer;

    writer_init(&writer, text);
    writer_begin_object(&writer, NULL);
    writer_time(&writer, "t", record->wall_ns);
    if (record->context.run_seq == RECORD_UNKNOWN)
        writer_null(&writer, "run");
    else
        writer_integer(&writer, "run", record->context.run_seq);
    writer_integer(&writer, "seq", record->id);
    if (is_backlog || record->replayed)
        writer_flag(&writer, "replayed", true);
    if (record->kind == RECORD_SIGNAL)
        writer_verbatim(&writer, "signals",
                        record->packed.signals ? record->packed.signals : "{}");
    else
        print_fields(record, &writer);
    writer_end_object(&writer);
}
