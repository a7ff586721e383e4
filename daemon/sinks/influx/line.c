/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/line.h"

#include "daemon/model/sample.h"
#include "daemon/sinks/packed.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Would a backslash before `next` vanish, or swallow it, when the line is read? */
static bool is_eaten(char next)
{
    return next == '\0' || next == ',' || next == '=' || next == ' ' || next == '\\' ||
           next == '"' || is_control(next);
}

/* One character: as it is, or its replacement. Returns the bytes it took. */
static size_t print_character(const char *cursor, struct text *text)
{
    size_t length = text_sequence_length(cursor);

    if (length == 0)
        text_add(text, "\xef\xbf\xbd");
    else
        text_add_bytes(text, cursor, length);
    return length ? length : 1;
}

void line_print_name(const char *name, struct text *text)
{
    while (*name) {
        if (is_control(*name)) {
            text_add(text, "\\ ");
            name++;
        } else if (*name == ',' || *name == '=' || *name == ' ') {
            text_add_char(text, '\\');
            text_add_char(text, *name++);
        } else if (*name == '\\') {
            text_add_char(text, is_eaten(name[1]) ? '/' : '\\');
            name++;
        } else {
            name += print_character(name, text);
        }
    }
}

void line_print_text(const char *string, struct text *text)
{
    text_add_char(text, '"');
    while (*string) {
        if (is_control(*string)) {
            text_add_char(text, ' ');
            string++;
        } else if (*string == '"' || *string == '\\') {
            text_add_char(text, '\\');
            text_add_char(text, *string++);
        } else {
            string += print_character(string, text);
        }
    }
    text_add_char(text, '"');
}

static void print_tag(const char *key, const char *value, struct text *text)
{
    if (!value || !*value)
        return;
    text_add_char(text, ',');
    text_add(text, key);
    text_add_char(text, '=');
    line_print_name(value, text);
}

static int64_t integer_at(const struct record *record, const struct record_field *field)
{
    int64_t integer;

    memcpy(&integer, (const char *)record + field->offset, sizeof(integer));
    return integer;
}

static void print_tags(const struct record *record, const struct place *place,
                       struct text *text)
{
    print_tag("site", place->site, text);
    for (const struct record_field *field = record_layouts[record->kind].fields;
         field->name; field++) {
        if (field->role != ROLE_TAG || !record_field_known(record, field))
            continue;
        if (field->kind == FIELD_INTEGER) {
            text_add_char(text, ',');
            text_add(text, field->name);
            text_add_char(text, '=');
            text_add_integer(text, integer_at(record, field));
        } else {
            print_tag(field->name, record_field_text(record, field), text);
        }
    }
}

/* The comma or blank before a field and its key. */
static void lead(const char *key, size_t *fields, struct text *text)
{
    text_add_char(text, (*fields)++ ? ',' : ' ');
    line_print_name(key, text);
    text_add_char(text, '=');
}

static void print_field(const struct record *record, const struct record_field *field,
                        size_t *fields, struct text *text)
{
    bool named = field->kind == FIELD_TEXT || field->kind == FIELD_NAME;

    if (field->role != ROLE_FIELD || !record_field_known(record, field))
        return;
    if (named && !*record_field_text(record, field))
        return;

    lead(field->name, fields, text);
    switch (field->kind) {
    case FIELD_INTEGER:
        text_add_integer(text, integer_at(record, field));
        text_add_char(text, 'i');
        break;
    case FIELD_NUMBER:
        text_add_number(text, record_field_number(record, field));
        break;
    case FIELD_CODE:
        text_add_integer(text, (int64_t)record_field_number(record, field));
        text_add_char(text, 'i');
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
        line_print_text(record_field_text(record, field), text);
        break;
    }
}

static void print_end(int64_t wall_ns, struct text *text)
{
    text_add_char(text, ' ');
    text_add_integer(text, wall_ns);
    text_add_char(text, '\n');
}

/* Takes back what was appended behind `length`. */
static void cut(struct text *text, size_t length)
{
    text->length = length;
    if (text->data)
        text->data[length] = '\0';
}

static int print_plain(const struct record *record, const struct place *place,
                       struct text *text)
{
    const struct record_layout *layout = &record_layouts[record->kind];
    size_t start = text->length;
    size_t fields = 0;

    text_add(text, layout->measurement);
    print_tags(record, place, text);
    for (const struct record_field *field = layout->fields; field->name; field++)
        print_field(record, field, &fields, text);
    if (fields == 0) {
        cut(text, start);
        return 0;
    }
    print_end(record->wall_ns, text);
    return 1;
}

/* A value that is not good gives only its quality: nobody shall compute with it. */
static void print_value(const struct packed_value *value, size_t *fields,
                        struct text *text)
{
    char key[SIGNAL_NAME_MAX + sizeof(".q")];
    struct text name;

    if (value->quality != QUALITY_GOOD) {
        text_init_fixed(&name, key, sizeof(key));
        text_add(&name, value->signal);
        text_add(&name, ".q");
        lead(key, fields, text);
        text_add_integer(text, value->quality);
        text_add_char(text, 'i');
    } else if (value->kind == PACKED_NUMBER && isfinite(value->number)) {
        lead(value->signal, fields, text);
        text_add_number(text, value->number);
    } else if (value->kind == PACKED_TEXT) {
        lead(value->signal, fields, text);
        line_print_text(value->text, text);
    }
}

/* All values of one moment; returns how many they were. */
static size_t print_moment(const struct record *record, const struct place *place,
                           const struct packed_values *values, size_t first, int *lines,
                           struct text *text)
{
    int64_t wall_ns = values->items[first].wall_ns;
    size_t start = text->length;
    size_t fields = 0;
    size_t next = first;

    text_add(text, record_layouts[record->kind].measurement);
    print_tags(record, place, text);
    for (; next < values->count && values->items[next].wall_ns == wall_ns; next++)
        print_value(&values->items[next], &fields, text);
    if (fields) {
        print_end(wall_ns, text);
        (*lines)++;
    } else {
        cut(text, start);
    }
    return next - first;
}

static int print_packed(const struct record *record, const struct place *place,
                        struct text *text)
{
    struct packed_values values;
    int lines = 0;

    int error = packed_open(record, &values);
    if (error)
        return error;
    for (size_t i = 0; i < values.count;)
        i += print_moment(record, place, &values, i, &lines, text);
    packed_done(&values);
    return lines;
}

int line_print(const struct record *record, const struct place *place, struct text *text)
{
    if (record->kind == RECORD_ARCHIVE)
        return 0;
    if (text->failed)
        return -ENOMEM;

    size_t start = text->length;
    int lines = record->kind == RECORD_SIGNAL ? print_packed(record, place, text)
                                              : print_plain(record, place, text);
    if (!text->failed)
        return lines;
    cut(text, start);
    return -ENOMEM;
}
