/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signals of signal.def as an enum, a table of rows, and names that can be read and
 * written: "temperature.spindle", "path2/execution". Pure.
 */
#pragma once

#include "daemon/model/code.h"

#include <stdbool.h>
#include <stdint.h>

enum signal {
#define SIGNAL(id, name, kind, place, unit, help, names) SIGNAL_##id,
#include "daemon/model/signal.def"
#undef SIGNAL
    SIGNAL_COUNT,
};

enum value_kind {
    VALUE_NONE, /* not known; the quality says why */
    VALUE_FLAG,
    VALUE_CODE, /* integer, of the signal's list in code.def */
    VALUE_INTEGER,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_CONDITION,
    VALUE_GAP,
    VALUE_TOOL_LIFE,
    VALUE_ANY, /* only as a signal's kind: number, integer, flag or text */
};

enum signal_place {
    PLACE_NONE,
    PLACE_OPTIONAL,
    PLACE_REQUIRED
};

struct signal_row {
    const char *name;
    enum value_kind kind;
    enum signal_place place;
    const char *unit;
    const char *help;
    const char *const *names; /* of a code's values; NULL otherwise */
};

extern const struct signal_row signal_rows[SIGNAL_COUNT];

/* The names alone, ending with NULL: choices for option tables. */
extern const char *const signal_names[SIGNAL_COUNT + 1];

#define SIGNAL_NAME_MAX 96

/*
 * Reads "temperature.spindle" or "path2/execution". The place is copied into `ret_place`.
 * Returns 0, or -EINVAL with what is wrong in `reterr_sentence`.
 */
int signal_parse(const char *name, enum signal *ret_signal, uint16_t *ret_path,
                 char ret_place[SIGNAL_NAME_MAX], char reterr_sentence[160]);

/* Can cycles be told from it? Without such signals nobody knows what the machine does. */
bool signal_makes_cycles(enum signal signal);
