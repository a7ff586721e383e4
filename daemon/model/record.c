/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/record.h"

#include "daemon/base/json.h"

#include <math.h>
#include <string.h>

void context_init(struct context *context)
{
    *context = (struct context){
        .stage = STAGE_PRODUCTION,
        .run_seq = RECORD_UNKNOWN,
        .lot_seq = RECORD_UNKNOWN,
        .fixture_seq = RECORD_UNKNOWN,
    };
}

void record_init(struct record *record, enum record_kind kind, struct moment at)
{
    memset(record, 0, sizeof(*record));
    record->kind = kind;
    record->wall_ns = at.wall_ns;
    for (const struct record_field *field = record_layouts[kind].fields; field->name;
         field++) {
        void *member = (char *)record + field->offset;
        if (field->kind == FIELD_NUMBER)
            *(double *)member = NAN;
        else if (field->kind == FIELD_INTEGER)
            *(int64_t *)member = RECORD_UNKNOWN;
    }
    context_init(&record->context);
    record->path = 1;
}

double record_field_number(const struct record *record, const struct record_field *field)
{
    const void *member = (const char *)record + field->offset;

    switch (field->kind) {
    case FIELD_INTEGER: {
        int64_t integer = *(const int64_t *)member;
        return integer == RECORD_UNKNOWN ? (double)NAN : (double)integer;
    }
    case FIELD_NUMBER:
        return *(const double *)member;
    case FIELD_CODE:
    case FIELD_NAME:
        return *(const unsigned *)member;
    case FIELD_TEXT:
        break;
    }
    return NAN;
}

const char *record_field_text(const struct record *record,
                              const struct record_field *field)
{
    const void *member = (const char *)record + field->offset;

    switch (field->kind) {
    case FIELD_TEXT:
        return member;
    case FIELD_CODE:
    case FIELD_NAME:
        return code_name(field->names, *(const unsigned *)member);
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        break;
    }
    return "";
}

bool record_field_known(const struct record *record, const struct record_field *field)
{
    if (field->kind == FIELD_TEXT)
        return *record_field_text(record, field) != '\0';
    return isfinite(record_field_number(record, field));
}

static void print_field(const struct record *record, const struct record_field *field,
                        struct writer *json)
{
    switch (field->kind) {
    case FIELD_INTEGER:
        writer_integer(
            json, field->name,
            *(const int64_t *)(const void *)((const char *)record + field->offset));
        break;
    case FIELD_NUMBER:
        writer_number(json, field->name, record_field_number(record, field));
        break;
    case FIELD_CODE:
        writer_integer(json, field->name, (int64_t)record_field_number(record, field));
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
        writer_string(json, field->name, record_field_text(record, field));
        break;
    }
}

enum form {
    FORM_WHOLE,
    FORM_KNOWN, /* no nulls */
    FORM_BODY,  /* nor what the columns of the store's row say */
};

static bool is_column(const struct record *record, const struct record_field *field)
{
    const char *member = (const char *)record + field->offset;

    return member == record->machine || member == (const char *)&record->path;
}

static void print(const struct record *record, enum form form, struct text *text)
{
    const struct record_layout *layout = &record_layouts[record->kind];
    struct writer json;

    writer_init(&json, text);
    writer_begin_object(&json, NULL);
    if (form != FORM_BODY) {
        writer_time(&json, "t", record->wall_ns);
        writer_string(&json, "measurement", layout->measurement);
    }
    for (const struct record_field *field = layout->fields; field->name; field++) {
        if (form == FORM_BODY && is_column(record, field))
            continue;
        if (record_field_known(record, field))
            print_field(record, field, &json);
        else if (form == FORM_WHOLE && field->role == ROLE_FIELD)
            writer_null(&json, field->name);
    }
    if (record->kind == RECORD_SIGNAL || record->kind == RECORD_ARCHIVE)
        writer_verbatim(&json, "signals",
                        record->packed.signals ? record->packed.signals : "{}");
    writer_end_object(&json);
}

void record_print_json(const struct record *record, struct text *text)
{
    print(record, FORM_WHOLE, text);
}

void record_print_known(const struct record *record, struct text *text)
{
    print(record, FORM_KNOWN, text);
}

void record_print_body(const struct record *record, struct text *text)
{
    print(record, FORM_BODY, text);
}
