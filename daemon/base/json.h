/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON straight into a text, commas and escapes included. Pure.
 *
 * jansson reads JSON here; it cannot write without first building a tree, and every
 * record is written at least once, so writing streams. `key` is NULL inside arrays.
 */
#pragma once

#include "daemon/base/text.h"

struct json {
    struct text *text;
    bool wants_comma;
};

void json_init(struct json *json, struct text *text);

void json_begin_object(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_begin_array(struct json *json, const char *key);
void json_end_array(struct json *json);

/* A NULL string is null. Bytes that are not UTF-8 become U+FFFD, so a reader never fails.
 */
void json_string(struct json *json, const char *key, const char *value);
void json_integer(struct json *json, const char *key, int64_t value);

/* null when the number is not finite: never NaN, never 0 for "not known". */
void json_number(struct json *json, const char *key, double value);
void json_flag(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* RFC 3339, UTC. */
void json_time(struct json *json, const char *key, int64_t wall_ns);

/* `value` is JSON already and goes in as it stands. */
void json_verbatim(struct json *json, const char *key, const char *value);
