/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/json.h"

#include "daemon/base/moment.h"

#include <math.h>
#include <string.h>

void json_init(struct json *json, struct text *text)
{
    *json = (struct json){.text = text};
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

static void lead(struct json *json, const char *key)
{
    if (json->wants_comma)
        text_add_char(json->text, ',');
    json->wants_comma = true;
    if (key) {
        add_string(json->text, key);
        text_add_char(json->text, ':');
    }
}

static void open(struct json *json, const char *key, char bracket)
{
    lead(json, key);
    text_add_char(json->text, bracket);
    json->wants_comma = false;
}

static void close(struct json *json, char bracket)
{
    text_add_char(json->text, bracket);
    json->wants_comma = true;
}

void json_begin_object(struct json *json, const char *key)
{
    open(json, key, '{');
}

void json_end_object(struct json *json)
{
    close(json, '}');
}

void json_begin_array(struct json *json, const char *key)
{
    open(json, key, '[');
}

void json_end_array(struct json *json)
{
    close(json, ']');
}

void json_string(struct json *json, const char *key, const char *value)
{
    lead(json, key);
    if (value)
        add_string(json->text, value);
    else
        text_add(json->text, "null");
}

void json_integer(struct json *json, const char *key, int64_t value)
{
    lead(json, key);
    text_add_integer(json->text, value);
}

void json_number(struct json *json, const char *key, double value)
{
    lead(json, key);
    if (isfinite(value))
        text_add_number(json->text, value);
    else
        text_add(json->text, "null");
}

void json_flag(struct json *json, const char *key, bool value)
{
    lead(json, key);
    text_add(json->text, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
    json_string(json, key, NULL);
}

void json_time(struct json *json, const char *key, int64_t wall_ns)
{
    char printed[RFC3339_MAX];

    moment_print(wall_ns, printed);
    json_string(json, key, printed);
}

void json_verbatim(struct json *json, const char *key, const char *value)
{
    lead(json, key);
    text_add(json->text, value);
}
