/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/record_read.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static const char signals_member[] = "\"signals\":";

/*
 * Cuts off `"signals":{…}}`, the last member. Quotes inside of strings are escaped, so
 * its name cannot stand in one. Returns the values, or NULL when there are none.
 */
static char *cut_signals(char *body, size_t *ret_length)
{
    char *member = strstr(body, signals_member);
    size_t length = strlen(body);

    *ret_length = length;
    if (!member || body[length - 1] != '}')
        return NULL;
    body[length - 1] = '\0';
    char *values = member + strlen(signals_member);
    if (member[-1] == ',')
        member--;
    *member = '}';
    *ret_length = (size_t)(member - body) + 1;
    return values;
}

static void read_field(const struct record_field *field, const json_t *value,
                       struct record *record)
{
    void *member = (char *)record + field->offset;

    switch (field->kind) {
    case FIELD_INTEGER:
        if (json_is_integer(value))
            *(int64_t *)member = json_integer_value(value);
        break;
    case FIELD_NUMBER:
        if (json_is_number(value))
            *(double *)member = json_number_value(value);
        break;
    case FIELD_TEXT:
        if (json_is_string(value))
            (void)text_copy(member, field->size, json_string_value(value));
        break;
    case FIELD_CODE:
        if (json_is_integer(value))
            *(unsigned *)member = (unsigned)json_integer_value(value);
        break;
    case FIELD_NAME: {
        int code =
            json_is_string(value) ? code_find(field->names, json_string_value(value)) : 0;
        *(unsigned *)member = code < 0 ? 0 : (unsigned)code;
        break;
    }
    }
}

int record_read(const struct row_columns *columns, char *body, struct record *ret_record)
{
    const struct record_field *fields = record_layouts[columns->kind].fields;
    size_t length;
    char *signals = cut_signals(body, &length);
    json_t *object = json_loadb(body, length, 0, NULL);

    if (!json_is_object(object)) {
        json_decref(object);
        return -EINVAL;
    }
    record_init(ret_record, columns->kind, (struct moment){.wall_ns = columns->wall_ns});
    for (const struct record_field *field = fields; field->name; field++) {
        const json_t *value = json_object_get(object, field->name);
        if (value)
            read_field(field, value, ret_record);
    }
    json_decref(object);
    ret_record->id = columns->id;
    ret_record->path = columns->path;
    (void)text_copy(ret_record->machine, sizeof(ret_record->machine), columns->machine);
    if (columns->kind == RECORD_SIGNAL || columns->kind == RECORD_ARCHIVE)
        ret_record->packed.signals = signals ? signals : "{}";
    return 0;
}

struct row_columns record_columns(sqlite3_stmt *row)
{
    int64_t kind = sqlite3_column_int64(row, 1);

    return (struct row_columns){
        .id = sqlite3_column_int64(row, 0),
        .kind = kind >= 0 && kind < RECORD_KIND_COUNT ? (enum record_kind)kind : 0,
        .wall_ns = sqlite3_column_int64(row, 2),
        .path = sqlite3_column_int64(row, 3),
        .machine = database_text(row, 4),
    };
}

const char *record_body(sqlite3_stmt *row)
{
    return database_text(row, 5);
}
