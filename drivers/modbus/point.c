/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/point.h"

#include "drivers/modbus/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int64_t code_of(const struct point *point, const char *name)
{
    const char *const *names = signal_rows[point->signal].names;

    for (int64_t i = 0; names && names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static int take_names(struct point *point, const char *string, char reterr_sentence[256])
{
    const char *cursor = string;
    bool is_code = signal_rows[point->signal].kind == VALUE_CODE;

    while (*cursor) {
        if (point->name_count == POINT_NAMES_MAX) {
            (void)snprintf(reterr_sentence, 256, "more than %d names", POINT_NAMES_MAX);
            return -EINVAL;
        }
        size_t i = point->name_count;
        if (names_next(&cursor, &point->names[i].number, point->names[i].name) <= 0)
            break;
        point->names[i].code = code_of(point, point->names[i].name);
        if (is_code && point->names[i].code < 0) {
            (void)snprintf(reterr_sentence, 256, "'%s' is no value of %s",
                           point->names[i].name, signal_names[point->signal]);
            return -EINVAL;
        }
        point->name_count++;
    }
    return 0;
}

int point_init(struct point *point, const struct point_options *options,
               int64_t link_every_ns, struct point_name *names, char reterr_sentence[256])
{
    *point = (struct point){
        .area = (enum area)options->area,
        .address = point_address(options),
        .class_ns = options->every ? options->every : link_every_ns,
        .form = point_form(options),
        .scale = options->scale,
        .offset = options->offset,
        .lowest = -INFINITY,
        .highest = INFINITY,
        .invert = options->invert,
        .is_damped = options->deadband != NULL,
        .max_silence_ns = options->max_silence,
        .names = names,
    };
    point->count =
        (uint16_t)(area_is_bits(point->area) ? 1 : register_words(&point->form));

    if (signal_parse(options->signal, &point->signal, &point->path, point->place,
                     reterr_sentence))
        return -EINVAL;
    if (options->deadband)
        (void)deadband_parse(options->deadband, &point->deadband, &point->deadband_share);
    if (options->range)
        (void)range_parse(options->range, &point->lowest, &point->highest);
    return options->names && names ? take_names(point, options->names, reterr_sentence)
                                   : 0;
}

static void decode(const struct point *point, const struct reading *reading,
                   struct register_value *value)
{
    size_t offset = (size_t)point->address - reading->address;
    uint16_t words[REGISTER_TEXT_MAX];

    if (area_is_bits(point->area)) {
        value->kind = REGISTER_INTEGER;
        value->integer = frame_bit(reading->data, offset);
    } else {
        for (size_t i = 0; i < point->count; i++)
            words[i] = register_word(reading->data + 2 * (offset + i));
        register_decode(&point->form, words, value);
    }
    if (point->invert && value->kind == REGISTER_INTEGER)
        value->integer = !value->integer;
    if (value->kind == REGISTER_INTEGER)
        value->number = (double)value->integer;
}

/* A number as a name, where the point has names. */
static int find_name(const struct point *point, const struct register_value *value)
{
    for (size_t i = 0; i < point->name_count && value->kind == REGISTER_INTEGER; i++)
        if (point->names[i].number == value->integer)
            return (int)i;
    return -1;
}

static bool is_plain(const struct point *point)
{
    return point->scale == 1 && point->offset == 0;
}

static enum why set_code(const struct point *point, const struct register_value *value,
                         struct value *ret_value)
{
    const char *const *names = signal_rows[point->signal].names;
    int name = find_name(point, value);
    int64_t code = name >= 0 ? point->names[name].code : value->integer;
    int64_t count = 0;

    while (names && names[count])
        count++;
    if (value->kind != REGISTER_INTEGER || (point->name_count && name < 0) || code < 0 ||
        code >= count)
        return WHY_OUT_OF_RANGE;
    *ret_value = (struct value){.kind = VALUE_CODE, .integer = code};
    return WHY_NONE;
}

static enum why set_number(const struct point *point, const struct register_value *value,
                           enum value_kind kind, struct value *ret_value)
{
    double number = register_scale(value->number, point->scale, point->offset);

    if (value->kind == REGISTER_TEXT || !isfinite(number))
        return WHY_NOT_A_NUMBER;
    if (number < point->lowest || number > point->highest)
        return WHY_OUT_OF_RANGE;
    if (kind == VALUE_ANY)
        kind = value->kind == REGISTER_INTEGER && is_plain(point) ? VALUE_INTEGER
                                                                  : VALUE_NUMBER;
    if (kind == VALUE_NUMBER)
        *ret_value = (struct value){.kind = kind, .number = number};
    else if (value->kind == REGISTER_INTEGER && is_plain(point))
        *ret_value = (struct value){.kind = kind, .integer = value->integer};
    else if (fabs(number) < 9.2e18)
        *ret_value = (struct value){.kind = kind, .integer = llround(number)};
    else
        return WHY_OUT_OF_RANGE;
    return WHY_NONE;
}

/* Writes the text into `value`, which the caller keeps. */
static enum why set_text(const struct point *point, struct register_value *value,
                         struct value *ret_value)
{
    int name = find_name(point, value);

    if (name >= 0)
        (void)text_copy(value->text, sizeof(value->text), point->names[name].name);
    else if (value->kind == REGISTER_INTEGER && is_plain(point))
        (void)snprintf(value->text, sizeof(value->text), "%" PRId64, value->integer);
    else if (value->kind != REGISTER_TEXT)
        (void)snprintf(value->text, sizeof(value->text), "%.17g",
                       register_scale(value->number, point->scale, point->offset));
    *ret_value = (struct value){.kind = VALUE_TEXT, .text = value->text};
    return WHY_NONE;
}

/* Makes the value the signal wants; WHY_NONE when it could. */
static enum why convert(const struct point *point, struct register_value *value,
                        struct value *ret_value)
{
    enum value_kind kind = signal_rows[point->signal].kind;
    bool named = find_name(point, value) >= 0;

    if (value->kind == REGISTER_NOTHING)
        return WHY_NOT_A_NUMBER;
    switch (kind) {
    case VALUE_CODE:
        return set_code(point, value, ret_value);
    case VALUE_FLAG:
        *ret_value = (struct value){.kind = kind, .integer = value->integer != 0};
        return value->kind == REGISTER_INTEGER ? WHY_NONE : WHY_NOT_A_NUMBER;
    case VALUE_CONDITION: /* point_take() makes the condition of the number */
        return set_number(point, value, VALUE_INTEGER, ret_value);
    case VALUE_TEXT:
        return set_text(point, value, ret_value);
    case VALUE_ANY:
        return value->kind == REGISTER_TEXT || named
                   ? set_text(point, value, ret_value)
                   : set_number(point, value, kind, ret_value);
    default:
        return set_number(point, value, kind, ret_value);
    }
}

static double as_number(const struct value *value)
{
    return value->kind == VALUE_NUMBER ? value->number : (double)value->integer;
}

/* Is the new value different enough from the one reported last? */
static bool is_news(const struct point *point, const struct value *value,
                    struct moment at)
{
    if (!point->is_damped || !point->has_reported || point->quality != QUALITY_GOOD ||
        at.mono_ns - point->at.mono_ns >= point->max_silence_ns ||
        value->kind != point->value.kind)
        return true;
    if (value->kind == VALUE_TEXT)
        return strcmp(value->text, point->text) != 0;

    double last = as_number(&point->value);
    double band = fmax(point->deadband, point->deadband_share * fabs(last));
    return fabs(as_number(value) - last) > band;
}

static void fill(const struct point *point, struct moment at, int64_t uncertainty_ns,
                 struct sample *ret_sample)
{
    *ret_sample = (struct sample){
        .signal = point->signal,
        .quality = point->quality,
        .why = point->why,
        .path = point->path,
        .place = point->place,
        .at = at,
        .uncertainty_ns = uncertainty_ns,
    };
}

/* An alarm number: 0 is none. */
static void set_condition(struct point *point)
{
    (void)snprintf(point->text, sizeof(point->text), "%" PRId64, point->value.integer);
    point->condition = (struct condition){
        .level = point->value.integer ? LEVEL_FAULT : LEVEL_NORMAL,
        .id = "",
        .code = point->value.integer ? point->text : "",
        .severity = "",
        .qualifier = "",
        .text = "",
    };
}

static void set_sample_value(struct point *point, struct sample *ret_sample)
{
    ret_sample->value = point->value;
    if (point->value.kind == VALUE_TEXT)
        ret_sample->value.text = point->text;
    if (signal_rows[point->signal].kind == VALUE_CONDITION) {
        set_condition(point);
        ret_sample->value =
            (struct value){.kind = VALUE_CONDITION, .condition = &point->condition};
    }
}

bool point_take(struct point *point, const struct reading *reading,
                struct sample *ret_sample)
{
    struct register_value raw;
    struct value value = {.kind = VALUE_NONE};

    point->was_answered = true;
    point->refusals = 0;
    decode(point, reading, &raw);
    enum why why = convert(point, &raw, &value);
    if (why)
        return point_fail(point, QUALITY_BAD, why, reading->at, ret_sample);
    if (!is_news(point, &value, reading->at))
        return false;

    point->has_reported = true;
    point->quality = QUALITY_GOOD;
    point->why = WHY_NONE;
    point->value = value;
    point->at = reading->at;
    if (value.kind == VALUE_TEXT)
        (void)text_copy(point->text, sizeof(point->text), value.text);
    fill(point, reading->at, reading->uncertainty_ns, ret_sample);
    set_sample_value(point, ret_sample);
    return true;
}

bool point_fail(struct point *point, enum quality quality, enum why why,
                struct moment now, struct sample *ret_sample)
{
    bool has_value = point->value.kind != VALUE_NONE;

    if (quality == QUALITY_STALE && !has_value)
        quality = QUALITY_BAD;
    if (point->has_reported && point->quality == quality && point->why == why)
        return false;
    point->has_reported = true;
    point->quality = quality;
    point->why = why;
    fill(point, now, 0, ret_sample);
    if (quality == QUALITY_STALE)
        set_sample_value(point, ret_sample);
    return true;
}
