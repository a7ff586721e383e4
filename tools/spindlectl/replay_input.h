/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One recording that is being played: a tape, an adapter's log, a CSV, measurements. It
 * is read line by line and never held as a whole.
 */
#pragma once

#include "daemon/model/statement.h"
#include "drivers/mtconnect/mapping.h"
#include "drivers/tape/csv.h"

enum input_format {
    INPUT_TAPE,
    INPUT_SHDR,
    INPUT_CSV,
    INPUT_MEASUREMENTS,
    INPUT_FORMATS,
};

extern const char *const input_format_names[]; /* ends with NULL */

struct input_options {
    const char *path; /* "-" = standard input; may be packed by gzip */
    enum input_format format;
    struct mapping *mapping; /* of SHDR */
    const struct csv_rule *rules;
    size_t rule_count;
};

struct input_sink {
    void *owner;
    void (*emit)(void *owner, const struct sample *sample);
    void (*tell)(void *owner, struct statement *statement);
};

struct input;

/* Returns 0 or a negative errno with a sentence. */
int input_open(const struct input_options *options, struct input **ret_input,
               char reterr_sentence[256]);
void input_close(struct input *input);

/* Reads on to the next line that has a time. False at the end. */
bool input_next(struct input *input);

/* When the line that was read happened. */
struct moment input_moment(const struct input *input);

/* Plays that line. */
void input_play(struct input *input, const struct input_sink *sink);

/* What was odd, as one sentence for people; "" when nothing was. */
void input_describe(const struct input *input, char ret_sentence[512]);

/* Was it read to its end? A packed file may be cut short, a disk may fail. */
bool input_is_whole(const struct input *input);
