/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/payload.h"

#include "daemon/base/json.h"

#include <string.h>

static void print_unknown(const struct record_field *field, struct json *json)
{
    if (field->role == ROLE_FIELD)
        json_null(json, field->name);
}

static void print_code(const struct record *record, const struct record_field *field,
                       struct json *json)
{
    char array[64];
    struct text name;

    json_integer(json, field->name, (int64_t)record_field_number(record, field));
    text_init_fixed(&name, array, sizeof(array));
    text_add(&name, field->name);
    text_add(&name, "_name");
    json_string(json, array, record_field_text(record, field));
}

static void print_field(const struct record *record, const struct record_field *field,
                        struct json *json)
{
    int64_t integer;

    if (!record_field_known(record, field)) {
        print_unknown(field, json);
        return;
    }
    switch (field->kind) {
    case FIELD_INTEGER:
        memcpy(&integer, (const char *)record + field->offset, sizeof(integer));
        json_integer(json, field->name, integer);
        break;
    case FIELD_NUMBER:
        json_number(json, field->name, record_field_number(record, field));
        break;
    case FIELD_CODE:
        print_code(record, field, json);
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
        json_string(json, field->name, record_field_text(record, field));
        break;
    }
}

void payload_print(const struct record *record, bool is_backlog, struct text *text)
{
    struct json json;

    json_init(&json, text);
    json_begin_object(&json, NULL);
    json_time(&json, "t", record->wall_ns);
    if (record->context.run_seq == RECORD_UNKNOWN)
        json_null(&json, "run");
    else
        json_integer(&json, "run", record->context.run_seq);
    json_integer(&json, "seq", record->id);
    if (is_backlog || record->replayed)
        json_flag(&json, "replayed", true);
    if (record->kind == RECORD_SIGNAL)
        json_verbatim(&json, "signals",
                      record->packed.signals ? record->packed.signals : "{}");
    else
        for (const struct record_field *field = record_layouts[record->kind].fields;
             field->name; field++)
            print_field(record, field, &json);
    json_end_object(&json);
}
