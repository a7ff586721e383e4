/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints records as InfluxDB line protocol: interfaces.md 4, made from record_layouts.
 *
 * The same record always gives the same bytes, so sending it twice changes nothing. An
 * integer is always `i`, a number always a float, a text always quoted: the type of a
 * field never changes. What is not known is left out. No clock, no locale; memory is
 * taken for packed signals only. Any thread.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/sinks/sink.h"

/*
 * Appends the record's lines, each with its newline: one for most kinds, one an answer's
 * moment for RECORD_SIGNAL, none when no field is known or the kind is owed to no sink.
 * Returns how many, -EINVAL when packed signals cannot be read, or -ENOMEM; then nothing
 * is appended.
 */
int line_print(const struct record *record, const struct place *place, struct text *text);

/*
 * The two alphabets of line protocol. A name (tag, tag's value, field) has commas, blanks
 * and equals signs escaped; control characters become blanks, and a backslash that would
 * escape what follows becomes a slash, as no server can give it back. A text stands in
 * quotes with quotes and backslashes escaped; control characters become blanks, because
 * VictoriaMetrics ends a line inside quotes too. What is not UTF-8 becomes U+FFFD.
 */
void line_print_name(const char *name, struct text *text);
void line_print_text(const char *string, struct text *text);
