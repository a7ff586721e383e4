/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/value.h"

#include "daemon/base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct spelling {
    enum signal signal;
    const char *word;
    int code;
};

/* Every value of every version of the standard, and what builders really send. */
static const struct spelling spellings[] = {
    {SIGNAL_EXECUTION,      "ACTIVE",                EXECUTION_RUN               },
    {SIGNAL_EXECUTION,      "READY",                 EXECUTION_IDLE              },
    {SIGNAL_EXECUTION,      "STOPPED",               EXECUTION_IDLE              },
    {SIGNAL_EXECUTION,      "INTERRUPTED",           EXECUTION_HOLD              },
    {SIGNAL_EXECUTION,      "FEED_HOLD",             EXECUTION_HOLD              },
    {SIGNAL_EXECUTION,      "WAIT",                  EXECUTION_WAIT              },
    {SIGNAL_EXECUTION,      "OPTIONAL_STOP",         EXECUTION_OSTOP             },
    {SIGNAL_EXECUTION,      "PROGRAM_OPTIONAL_STOP", EXECUTION_OSTOP             },
    {SIGNAL_EXECUTION,      "PROGRAM_STOPPED",       EXECUTION_PSTOP             },
    {SIGNAL_EXECUTION,      "PROGRAM_COMPLETED",     EXECUTION_DONE              },
    {SIGNAL_MODE,           "AUTOMATIC",             MODE_AUTO                   },
    {SIGNAL_MODE,           "SEMI_AUTOMATIC",        MODE_SEMI                   },
    {SIGNAL_MODE,           "MANUAL_DATA_INPUT",     MODE_MDI                    },
    {SIGNAL_MODE,           "MANUAL",                MODE_MANUAL                 },
    {SIGNAL_MODE,           "EDIT",                  MODE_EDIT                   },
    {SIGNAL_MODE,           "FEED_HOLD",             MODE_AUTO                   }, /* mapping.c makes the hold of it */
    {SIGNAL_FUNCTION,       "PRODUCTION",            FUNCTION_PRODUCTION         },
    {SIGNAL_FUNCTION,       "SETUP",                 FUNCTION_SETUP              },
    {SIGNAL_FUNCTION,       "TEARDOWN",              FUNCTION_TEARDOWN           },
    {SIGNAL_FUNCTION,       "MAINTENANCE",           FUNCTION_MAINTENANCE        },
    {SIGNAL_FUNCTION,       "PROCESS_DEVELOPMENT",   FUNCTION_PROCESS_DEVELOPMENT},
    {SIGNAL_DOOR,           "OPEN",                  OPENING_OPEN                },
    {SIGNAL_DOOR,           "CLOSED",                OPENING_CLOSED              },
    {SIGNAL_DOOR,           "UNLATCHED",             OPENING_UNLATCHED           },
    {SIGNAL_CHUCK,          "OPEN",                  OPENING_OPEN                },
    {SIGNAL_CHUCK,          "CLOSED",                OPENING_CLOSED              },
    {SIGNAL_CHUCK,          "UNLATCHED",             OPENING_UNLATCHED           },
    {SIGNAL_AVAILABILITY,   "AVAILABLE",             1                           },
    {SIGNAL_AVAILABILITY,   "UNAVAILABLE",           0                           },
    {SIGNAL_EMERGENCY_STOP, "ARMED",                 0                           },
    {SIGNAL_EMERGENCY_STOP, "TRIGGERED",             1                           },
    {SIGNAL_BAR_END,        "YES",                   1                           },
    {SIGNAL_BAR_END,        "NO",                    0                           },
    {SIGNAL_MODE_OVERRIDE,  "ON",                    1                           },
    {SIGNAL_MODE_OVERRIDE,  "OFF",                   0                           },
};

/* What no machine can be; mtconnect.md 8.5: a Mazak's temperature of 1145979424. */
struct limits {
    const char *unit;
    double least, most;
    double step; /* a farther jump needs a second value that agrees; 0 = any */
};

static const struct limits limits[] = {
    {"Cel",       -50,  500, 30},
    {"%",         -1e4, 1e4, 0 },
    {"{rev}/min", -1e6, 1e6, 0 },
    {"mm/min",    -1e8, 1e8, 0 },
    {"W",         -1e8, 1e8, 0 },
    {"A",         -1e5, 1e5, 0 },
    {"mm",        -1e6, 1e6, 0 },
};

/* After so long a quiet time a temperature may be anywhere. */
#define STEP_MEMORY_NS (10 * NS_PER_MINUTE)

void value_clear(struct sample *sample, enum why why)
{
    sample->value = (struct value){.kind = VALUE_NONE};
    sample->quality = QUALITY_BAD;
    sample->why = why;
}

static bool refuse(struct sample *sample, enum why why)
{
    value_clear(sample, why);
    return false;
}

static const struct spelling *find_spelling(enum signal signal, const char *word)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
        if (spellings[i].signal == signal && text_equal_fold(spellings[i].word, word))
            return &spellings[i];
    return NULL;
}

static bool read_word(struct sample *sample, const char *text, enum value_kind kind)
{
    const struct spelling *spelling = find_spelling(sample->signal, text);

    if (!spelling) {
        value_clear(sample, WHY_NONE);
        sample->quality = QUALITY_UNCERTAIN;
        return false;
    }
    sample->value = (struct value){.kind = kind, .integer = spelling->code};
    return true;
}

static const struct limits *find_limits(enum signal signal)
{
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (strcmp(limits[i].unit, signal_rows[signal].unit) == 0)
            return &limits[i];
    return NULL;
}

/* Far from the last value, and no value before it said the same? Then it waits. */
static bool is_confirmed(struct steadiness *steadiness, double step, double number,
                         int64_t mono_ns)
{
    bool is_near = !steadiness->has_last || fabs(number - steadiness->last) <= step ||
                   mono_ns - steadiness->last_mono_ns > STEP_MEMORY_NS;
    bool agrees =
        steadiness->has_candidate && fabs(number - steadiness->candidate) <= step;

    if (!is_near && !agrees) {
        steadiness->has_candidate = true;
        steadiness->candidate = number;
        return false;
    }
    steadiness->has_candidate = false;
    steadiness->has_last = true;
    steadiness->last = number;
    steadiness->last_mono_ns = mono_ns;
    return true;
}

static bool read_number(struct sample *sample, const char *text,
                        const struct value_rule *rule, struct steadiness *steadiness)
{
    double number;

    if (text_read_number(text, &number) || !isfinite(number))
        return refuse(sample, WHY_NOT_A_NUMBER);
    number = number * rule->conversion.factor + rule->conversion.offset;

    const struct limits *bounds = find_limits(sample->signal);
    if (bounds && (number < bounds->least || number > bounds->most))
        return refuse(sample, WHY_OUT_OF_RANGE);
    if (bounds && bounds->step > 0 &&
        !is_confirmed(steadiness, bounds->step, number, sample->at.mono_ns))
        return refuse(sample, WHY_OUT_OF_RANGE);
    sample->value = (struct value){.kind = VALUE_NUMBER, .number = number};
    return true;
}

static bool read_integer(struct sample *sample, const char *text)
{
    int64_t integer;

    if (text_read_integer(text, &integer))
        return refuse(sample, WHY_NOT_A_NUMBER);
    sample->value = (struct value){.kind = VALUE_INTEGER, .integer = integer};
    return true;
}

static void write_lower(const char *text, char room[VALUE_TEXT_MAX])
{
    (void)text_copy(room, VALUE_TEXT_MAX, text);
    for (char *c = room; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

static bool read_text(struct sample *sample, const char *text, char room[VALUE_TEXT_MAX])
{
    int64_t number;

    if (sample->signal == SIGNAL_TOOL && text_read_integer(text, &number) == 0)
        (void)snprintf(room, VALUE_TEXT_MAX, "%lld", (long long)number);
    else if (sample->signal == SIGNAL_WAIT_REASON || sample->signal == SIGNAL_PART_STATE)
        write_lower(text, room);
    else
        (void)text_copy(room, VALUE_TEXT_MAX, text);
    sample->value = (struct value){.kind = VALUE_TEXT, .text = room};
    return true;
}

static bool read_custom(struct sample *sample, const char *text,
                        const struct value_rule *rule, char room[VALUE_TEXT_MAX])
{
    double number;

    if (rule->category != OBSERVATION_SAMPLE || rule->is_vector)
        return read_text(sample, text, room);
    if (text_read_number(text, &number) || !isfinite(number))
        return refuse(sample, WHY_NOT_A_NUMBER);
    sample->value = (struct value){.kind = VALUE_NUMBER, .number = number};
    return true;
}

bool value_read(struct sample *sample, const char *text, const struct value_rule *rule,
                struct steadiness *steadiness, char room[VALUE_TEXT_MAX])
{
    sample->quality = QUALITY_GOOD;
    sample->why = WHY_NONE;
    if (text_equal_fold(text, "UNAVAILABLE") && sample->signal != SIGNAL_AVAILABILITY) {
        value_clear(sample, WHY_UNAVAILABLE);
        return true;
    }
    switch (signal_rows[sample->signal].kind) {
    case VALUE_FLAG:
        return read_word(sample, text, VALUE_FLAG);
    case VALUE_CODE:
        return read_word(sample, text, VALUE_CODE);
    case VALUE_INTEGER:
        return read_integer(sample, text);
    case VALUE_NUMBER:
        return read_number(sample, text, rule, steadiness);
    case VALUE_TEXT:
        return read_text(sample, text, room);
    case VALUE_ANY:
        return read_custom(sample, text, rule, room);
    case VALUE_NONE:
    case VALUE_CONDITION:
    case VALUE_GAP:
    case VALUE_TOOL_LIFE:
        break;
    }
    return refuse(sample, WHY_CONFIG);
}
