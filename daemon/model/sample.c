/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/sample.h"

#include "daemon/base/json.h"

#include <errno.h>
#include <math.h>

void signal_print(const struct sample *sample, char ret_name[SIGNAL_NAME_MAX])
{
    struct text text;

    text_init_fixed(&text, ret_name, SIGNAL_NAME_MAX);
    if (sample->path > 1) {
        text_add(&text, "path");
        text_add_unsigned(&text, sample->path);
        text_add_char(&text, '/');
    }
    text_add(&text, signal_names[sample->signal]);
    if (sample->place[0]) {
        text_add_char(&text, '.');
        text_add(&text, sample->place);
    }
}

bool sample_is_good(const struct sample *sample)
{
    return sample->quality == QUALITY_GOOD && sample->value.kind != VALUE_NONE;
}

double sample_number(const struct sample *sample)
{
    switch (sample->value.kind) {
    case VALUE_FLAG:
    case VALUE_CODE:
    case VALUE_INTEGER:
        return (double)sample->value.integer;
    case VALUE_NUMBER:
        return sample->value.number;
    default:
        return NAN;
    }
}

static void print_condition(const struct condition *condition, struct writer *json)
{
    writer_begin_object(json, NULL);
    writer_string(json, "level", level_names[condition->level]);
    writer_string(json, "id", condition->id);
    writer_string(json, "code", condition->code);
    writer_string(json, "severity", condition->severity);
    writer_string(json, "qualifier", condition->qualifier);
    writer_string(json, "text", condition->text);
    writer_end_object(json);
}

static void print_gap(const struct gap *gap, struct writer *json)
{
    writer_begin_object(json, NULL);
    writer_integer(json, "from", gap->from);
    writer_integer(json, "to", gap->to);
    writer_integer(json, "count", gap->count);
    writer_number(json, "dur", gap->seconds);
    writer_string(json, "reason", gap->reason);
    writer_end_object(json);
}

static void print_tool_life(const struct tool_life *life, struct writer *json)
{
    writer_begin_object(json, NULL);
    writer_string(json, "asset", life->asset);
    writer_string(json, "station", life->station);
    writer_string(json, "status", life->status);
    writer_number(json, "parts", life->parts);
    writer_number(json, "parts_limit", life->parts_limit);
    writer_number(json, "minutes", life->minutes);
    writer_number(json, "minutes_limit", life->minutes_limit);
    writer_number(json, "wear", life->wear_mm);
    writer_number(json, "wear_limit", life->wear_limit_mm);
    writer_flag(json, "counts_down", life->counts_down);
    if (life->is_mapped)
        writer_flag(json, "mapped", true);
    writer_flag(json, "removed", life->removed);
    writer_end_object(json);
}

void sample_print_json(const struct sample *sample, struct text *text)
{
    const struct value *value = &sample->value;
    const char *const *names = signal_rows[sample->signal].names;
    struct writer json;

    writer_init(&json, text);
    switch (value->kind) {
    case VALUE_NONE:
    case VALUE_ANY:
        writer_null(&json, NULL);
        break;
    case VALUE_FLAG:
        writer_flag(&json, NULL, value->integer != 0);
        break;
    case VALUE_CODE:
        writer_string(&json, NULL, names ? code_name(names, value->integer) : "");
        break;
    case VALUE_INTEGER:
        writer_integer(&json, NULL, value->integer);
        break;
    case VALUE_NUMBER:
        writer_number(&json, NULL, value->number);
        break;
    case VALUE_TEXT:
        writer_string(&json, NULL, value->text);
        break;
    case VALUE_CONDITION:
        print_condition(value->condition, &json);
        break;
    case VALUE_GAP:
        print_gap(value->gap, &json);
        break;
    case VALUE_TOOL_LIFE:
        print_tool_life(value->tool_life, &json);
        break;
    }
}

static int read_flag(const char *string, int64_t *ret_flag)
{
    static const char *const words[] = {"0",           "1",         "false", "true",
                                        "off",         "on",        "no",    "yes",
                                        "UNAVAILABLE", "AVAILABLE", "ARMED", "TRIGGERED",
                                        "INACTIVE",    "ACTIVE",    NULL};
    int word = code_find(words, string);
    double number;

    if (word >= 0)
        *ret_flag = word % 2;
    else if (text_read_number(string, &number) == 0)
        *ret_flag = number != 0;
    else
        return -EINVAL;
    return 0;
}

/* MTConnect's words, which people also write into tables and tapes. */
static int64_t read_code(const char *string, const struct signal_row *row)
{
    static const struct {
        const char *const *names;
        const char *word;
        int64_t code;
    } words[] = {
        {execution_names, "ACTIVE",                EXECUTION_RUN  },
        {execution_names, "READY",                 EXECUTION_IDLE },
        {execution_names, "STOPPED",               EXECUTION_IDLE },
        {execution_names, "INTERRUPTED",           EXECUTION_HOLD },
        {execution_names, "FEED_HOLD",             EXECUTION_HOLD },
        {execution_names, "OPTIONAL_STOP",         EXECUTION_OSTOP},
        {execution_names, "PROGRAM_OPTIONAL_STOP", EXECUTION_OSTOP},
        {execution_names, "PROGRAM_STOPPED",       EXECUTION_PSTOP},
        {execution_names, "PROGRAM_COMPLETED",     EXECUTION_DONE },
        {mode_names,      "AUTOMATIC",             MODE_AUTO      },
        {mode_names,      "SEMI_AUTOMATIC",        MODE_SEMI      },
        {mode_names,      "MANUAL_DATA_INPUT",     MODE_MDI       },
    };
    int code = code_find(row->names, string);

    for (size_t i = 0; code < 0 && i < sizeof(words) / sizeof(*words); i++)
        if (row->names == words[i].names && text_equal_fold(words[i].word, string))
            return words[i].code;
    return code;
}

static int read_any(struct value *value, const char *string,
                    struct sample_reading *reading)
{
    double number;

    if (text_read_number(string, &number) == 0) {
        *value = (struct value){.kind = VALUE_NUMBER, .number = number};
        return 0;
    }
    (void)text_copy(reading->text, sizeof(reading->text), string);
    *value = (struct value){.kind = VALUE_TEXT, .text = reading->text};
    return 0;
}

static int read_kind(struct value *value, const struct signal_row *row,
                     const char *string, struct sample_reading *reading)
{
    int64_t integer = 0;
    int error = 0;

    value->kind = row->kind;
    switch (row->kind) {
    case VALUE_FLAG:
        error = read_flag(string, &integer);
        value->integer = integer;
        return error;
    case VALUE_CODE:
        value->integer = read_code(string, row);
        return value->integer < 0 ? -EINVAL : 0;
    case VALUE_INTEGER:
        error = text_read_integer(string, &integer);
        value->integer = integer;
        return error;
    case VALUE_NUMBER:
        return text_read_number(string, &value->number);
    case VALUE_TEXT:
        (void)text_copy(reading->text, sizeof(reading->text), string);
        value->text = reading->text;
        return 0;
    case VALUE_ANY:
        return read_any(value, string, reading);
    case VALUE_NONE:
    case VALUE_CONDITION:
    case VALUE_GAP:
    case VALUE_TOOL_LIFE:
        break;
    }
    return -EINVAL;
}

int sample_read_value(struct sample *sample, const char *string,
                      struct sample_reading *reading)
{
    const struct signal_row *row = &signal_rows[sample->signal];

    sample->quality = QUALITY_GOOD;
    sample->why = WHY_NONE;
    /* Of the availability alone it is a value. */
    if (!*string || (text_equal_fold(string, "UNAVAILABLE") &&
                     sample->signal != SIGNAL_AVAILABILITY)) {
        sample->value = (struct value){.kind = VALUE_NONE};
        sample->quality = QUALITY_BAD;
        sample->why = WHY_UNAVAILABLE;
        return 0;
    }

    struct value value = {.kind = VALUE_NONE};
    int error = read_kind(&value, row, string, reading);
    if (error)
        return error;
    sample->value = value;
    return 0;
}
