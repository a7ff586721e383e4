/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wide CSV as samples: `time,<signal>,<signal>…`; an empty cell is no news, UNAVAILABLE
 * is not known. Columns of other names become signals by rules, with scale and offset.
 * Cells stand between commas, semicolons or tabs, whatever the header has most of.
 * And measurements: `time,feature,value` with optional columns, as statements. Pure but
 * for the memory of the header.
 */
#pragma once

#include "daemon/model/statement.h"
#include "drivers/tape/tape.h"

struct csv_rule {
    const char *column, *signal;
    double scale, offset; /* signal = cell * scale + offset */
};

struct csv;

/*
 * Reads the header, which is changed. Columns without a meaning are ignored and counted.
 * Returns 0, -EINVAL with a sentence (no time, a rule for no signal), or -ENOMEM.
 */
int csv_create(char *header, const struct csv_rule *rules, size_t rule_count,
               struct csv **ret_csv, char reterr_sentence[160]);
void csv_destroy(struct csv *csv);

/* How many columns are signals, and how many have no meaning; their first names. */
size_t csv_signals(const struct csv *csv);
size_t csv_ignored(const struct csv *csv);
void csv_tell_ignored(const struct csv *csv, struct text *text);

/* The time of a row; the row is not changed. Returns 0, or -EINVAL with a sentence. */
int csv_read_time(const struct csv *csv, const char *row, int64_t *ret_wall_ns,
                  char reterr_sentence[160]);

/*
 * Emits one sample a filled cell; the row is changed. Returns 0, or -EINVAL when it has
 * fewer cells than the header, or more; those that it has are emitted.
 */
int csv_read(struct csv *csv, char *row, struct moment at, const struct tape_sink *sink);

/*
 * Reads a row of measurements; texts point into the row, which is changed. Returns 0 or
 * -EINVAL with a sentence.
 */
int csv_read_measurement(const struct csv *csv, char *row,
                         struct statement *ret_statement, char reterr_sentence[160]);

/* For measurements: no column is a signal. */
int csv_create_measurements(char *header, struct csv **ret_csv,
                            char reterr_sentence[160]);
