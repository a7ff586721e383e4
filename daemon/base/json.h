/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON straight into a text, commas and escapes included. Pure. (`json_` is the
 * prefix of jansson, which reads it.)
 *
 * jansson reads JSON here; it cannot write without first building a tree, and every
 * record is written at least once, so writing streams. `key` is NULL inside arrays.
 */
#pragma once

#include "daemon/base/text.h"

struct writer {
    struct text *text;
    bool wants_comma;
};

void writer_init(struct writer *writer, struct text *text);

void writer_begin_object(struct writer *writer, const char *key);
void writer_end_object(struct writer *writer);
void writer_begin_array(struct writer *writer, const char *key);
void writer_end_array(struct writer *writer);

/* A NULL string is null. Bytes that are not UTF-8 become U+FFFD, so a reader never fails.
 */
void writer_string(struct writer *writer, const char *key, const char *value);
void writer_integer(struct writer *writer, const char *key, int64_t value);

/* null when the number is not finite: never NaN, never 0 for "not known". */
void writer_number(struct writer *writer, const char *key, double value);
void writer_flag(struct writer *writer, const char *key, bool value);
void writer_null(struct writer *writer, const char *key);

/* RFC 3339, UTC. */
void writer_time(struct writer *writer, const char *key, int64_t wall_ns);

/* Begins a member or item whose value the caller appends to the text. */
void writer_member(struct writer *writer, const char *key);

/* `value` is JSON already and goes in as it stands. */
void writer_verbatim(struct writer *writer, const char *key, const char *value);
