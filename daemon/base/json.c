/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/json.h"

#include "daemon/base/moment.h"

#include <math.h>
#include <string.h>

void writer_init(struct writer *writer, struct text *text)
{
    *writer = (struct writer){.text = text};
}

static void add_escaped(struct text *text, unsigned char c)
{
    switch (c) {
    case '"':
        text_add(text, "\\\"");
        break;
    case '\\':
        text_add(text, "\\\\");
        break;
    case '\n':
        text_add(text, "\\n");
        break;
    case '\r':
        text_add(text, "\\r");
        break;
    case '\t':
        text_add(text, "\\t");
        break;
    default:
        text_add_format(text, "\\u%04x", c);
        break;
    }
}

static void add_string(struct text *text, const char *value)
{
    const unsigned char *cursor = (const unsigned char *)value;

    text_add_char(text, '"');
    while (*cursor) {
        size_t length = text_sequence_length((const char *)cursor);
        if (length == 0) {
            text_add(text, "\xef\xbf\xbd");
            cursor++;
        } else if (length == 1 && (*cursor < 0x20 || *cursor == '"' || *cursor == '\\')) {
            add_escaped(text, *cursor++);
        } else {
            text_add_bytes(text, (const char *)cursor, length);
            cursor += length;
        }
    }
    text_add_char(text, '"');
}

void writer_member(struct writer *writer, const char *key)
{
    if (writer->wants_comma)
        text_add_char(writer->text, ',');
    writer->wants_comma = true;
    if (key) {
        add_string(writer->text, key);
        text_add_char(writer->text, ':');
    }
}

static void open(struct writer *writer, const char *key, char bracket)
{
    writer_member(writer, key);
    text_add_char(writer->text, bracket);
    writer->wants_comma = false;
}

static void close(struct writer *writer, char bracket)
{
    text_add_char(writer->text, bracket);
    writer->wants_comma = true;
}

void writer_begin_object(struct writer *writer, const char *key)
{
    open(writer, key, '{');
}

void writer_end_object(struct writer *writer)
{
    close(writer, '}');
}

void writer_begin_array(struct writer *writer, const char *key)
{
    open(writer, key, '[');
}

void writer_end_array(struct writer *writer)
{
    close(writer, ']');
}

void writer_string(struct writer *writer, const char *key, const char *value)
{
    writer_member(writer, key);
    if (value)
        add_string(writer->text, value);
    else
        text_add(writer->text, "null");
}

void writer_integer(struct writer *writer, const char *key, int64_t value)
{
    writer_member(writer, key);
    text_add_integer(writer->text, value);
}

void writer_number(struct writer *writer, const char *key, double value)
{
    writer_member(writer, key);
    if (isfinite(value))
        text_add_number(writer->text, value);
    else
        text_add(writer->text, "null");
}

void writer_flag(struct writer *writer, const char *key, bool value)
{
    writer_member(writer, key);
    text_add(writer->text, value ? "true" : "false");
}

void writer_null(struct writer *writer, const char *key)
{
    writer_string(writer, key, NULL);
}

void writer_time(struct writer *writer, const char *key, int64_t wall_ns)
{
    char printed[RFC3339_MAX];

    moment_print(wall_ns, printed);
    writer_string(writer, key, printed);
}

void writer_verbatim(struct writer *writer, const char *key, const char *value)
{
    writer_member(writer, key);
    text_add(writer->text, value);
}
