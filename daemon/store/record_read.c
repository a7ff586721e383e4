/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/record_read.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static const char signals_member[] = ",\"signals\":";

/*
 * Cuts off `,"signals":{…}}`, the last member. Quotes inside of strings are escaped, so
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
    *member = '}';
    *ret_length = (size_t)(member - body) + 1;
    return member + strlen(signals_member);
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

static int read_object(const json_t *object, struct record *ret_record)
{
    const char *time = json_string_value(json_object_get(object, "t"));
    const char *measurement = json_string_value(json_object_get(object, "measurement"));
    struct moment at = {0};

    if (!time || !measurement || moment_parse(time, &at.wall_ns) < 0)
        return -EINVAL;
    int kind = code_find(record_kind_names, measurement);
    if (kind < 0)
        return -EINVAL;

    record_init(ret_record, (enum record_kind)kind, at);
    for (const struct record_field *field = record_layouts[kind].fields; field->name;
         field++) {
        const json_t *value = json_object_get(object, field->name);
        if (value)
            read_field(field, value, ret_record);
    }
    return 0;
}

int record_read_json(char *body, struct record *ret_record)
{
    size_t length;
    char *signals = cut_signals(body, &length);
    json_t *object = json_loadb(body, length, 0, NULL);

    if (!object)
        return -EINVAL;
    int error = read_object(object, ret_record);
    json_decref(object);
    if (error)
        return error;
    if (ret_record->kind == RECORD_SIGNAL || ret_record->kind == RECORD_ARCHIVE)
        ret_record->packed.signals = signals ? signals : "{}";
    return 0;
}
