/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine said: signal, value, quality, moment. Pure.
 *
 * Samples are passed by pointer and borrowed: texts, conditions and gaps behind them live
 * only during the call, and who keeps one copies it.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/model/signal.h"

#include <stdbool.h>
#include <stdint.h>

/* domain.md 8.5; the numbers go out as they are. */
enum quality {
    QUALITY_BAD = 0,        /* no value: null, never 0 */
    QUALITY_UNCERTAIN = 64, /* estimated, interpolated, clock suspect */
    QUALITY_GOOD = 192,
    QUALITY_STALE = 500, /* last known; silent for more than three periods */
};

struct condition {
    enum level level;
    const char *id;   /* tells several active ones apart; "" = all of this type */
    const char *code; /* the control's own number */
    const char *severity;
    const char *qualifier; /* HIGH, LOW or "" */
    const char *text;
};

/* Observations that were issued and never came. */
struct gap {
    int64_t from, to; /* first and last sequence; 0 where sequences are not known */
    int64_t count;    /* -1 = not known */
    double seconds;   /* how long nothing was heard */
    const char *reason;
};

/* A tool's life as the control keeps it (MTConnect CuttingTool, tool data registers). */
struct tool_life {
    const char *asset;         /* "" when there is none */
    const char *station;       /* program tool number or pot, as `tool` shows it */
    const char *status;        /* "NEW", "USED EXPIRED" … as given */
    double parts, parts_limit; /* NAN = not known or no limit */
    double minutes, minutes_limit;
    double wear_mm, wear_limit_mm;
    bool counts_down; /* the values are what is left, not what is used */
    bool is_mapped;   /* the limit stood where the book has none: in `initial` */
    bool removed;
};

struct value {
    enum value_kind kind;
    union {
        int64_t integer; /* also code and flag */
        double number;
        const char *text;
        const struct condition *condition;
        const struct gap *gap;
        const struct tool_life *tool_life;
    };
};

enum sample_flag {
    SAMPLE_SNAPSHOT = 1, /* the state as it was, not news: connect, resume */
    SAMPLE_DISCRETE = 2, /* an event each time, even with the same value */
    SAMPLE_RESET = 4,    /* the source announces that this counter was reset */
    SAMPLE_CLOCK = 8,    /* the source's stamp cannot be right; `at` is our best */
    SAMPLE_JUMP = 16,    /* its clock jumped: durations that span this are doubtful */
};

struct sample {
    enum signal signal;
    enum quality quality;
    enum why why;
    uint16_t flags; /* enum sample_flag */
    uint16_t path;  /* from 1 */
    const char
        *place; /* after the dot; "" when there is none; lives as long as the link */
    struct value value;
    struct moment at;
    int64_t uncertainty_ns; /* half of what `at` may be wrong by */
    uint64_t sequence;      /* MTConnect's; 0 where there is none */
};

/* Writes the name as signal_parse() reads it; path 1 is not written. */
void signal_print(const struct sample *sample, char ret_name[SIGNAL_NAME_MAX]);

/* Is there a value that may be computed with? */
bool sample_is_good(const struct sample *sample);

/* The value as a number: integer, code, flag or number; NAN for anything else or not
 * known. */
double sample_number(const struct sample *sample);

/* Appends the value as JSON: null when not known, names for codes. */
void sample_print_json(const struct sample *sample, struct text *text);

struct sample_reading {
    double number;
    char text[256];
};

/*
 * Makes a value of the signal's kind from text as tapes and CSV have it; `UNAVAILABLE`
 * and "" become VALUE_NONE with QUALITY_BAD. Texts point into `reading`. Returns 0 or
 * -EINVAL.
 */
int sample_read_value(struct sample *sample, const char *string,
                      struct sample_reading *reading);
