/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/export_tape.h"

#include "drivers/tape/tape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void export_tape_head(FILE *output)
{
    (void)fprintf(output, "%s\n", TAPE_HEADER);
}

/* What a value of a row is made from; lives while its line is printed. */
struct parts {
    struct condition condition;
    struct gap gap;
    struct tool_life life;
    struct sample_reading reading;
    char place[SIGNAL_NAME_MAX];
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void read_condition(const json_t *value, struct parts *parts,
                           struct sample *sample)
{
    int level = LEVEL_UNAVAILABLE;

    for (int i = 0; level_names[i]; i++)
        if (strcmp(level_names[i], text_of(value, "level")) == 0)
            level = i;
    parts->condition = (struct condition){
        .level = (enum level)level,
        .id = text_of(value, "id"),
        .code = text_of(value, "code"),
        .severity = text_of(value, "severity"),
        .qualifier = text_of(value, "qualifier"),
        .text = text_of(value, "text"),
    };
    sample->value = (struct value){VALUE_CONDITION, .condition = &parts->condition};
}

static void read_gap(const json_t *value, struct parts *parts, struct sample *sample)
{
    parts->gap = (struct gap){
        .from = json_integer_value(json_object_get(value, "from")),
        .to = json_integer_value(json_object_get(value, "to")),
        .count = json_integer_value(json_object_get(value, "count")),
        .seconds = number_of(value, "dur"),
        .reason = text_of(value, "reason"),
    };
    sample->value = (struct value){VALUE_GAP, .gap = &parts->gap};
}

static void read_life(const json_t *value, struct parts *parts, struct sample *sample)
{
    parts->life = (struct tool_life){
        .asset = text_of(value, "asset"),
        .station = text_of(value, "station"),
        .status = text_of(value, "status"),
        .parts = number_of(value, "parts"),
        .parts_limit = number_of(value, "parts_limit"),
        .minutes = number_of(value, "minutes"),
        .minutes_limit = number_of(value, "minutes_limit"),
        .wear_mm = number_of(value, "wear"),
        .wear_limit_mm = number_of(value, "wear_limit"),
        .counts_down = json_is_true(json_object_get(value, "counts_down")),
        .is_mapped = json_is_true(json_object_get(value, "mapped")),
        .removed = json_is_true(json_object_get(value, "removed")),
    };
    sample->value = (struct value){VALUE_TOOL_LIFE, .tool_life = &parts->life};
}

static void read_scalar(const json_t *value, struct parts *parts, struct sample *sample)
{
    if (json_is_number(value))
        sample->value =
            json_is_integer(value)
                ? (struct value){VALUE_INTEGER, .integer = json_integer_value(value)}
                : (struct value){VALUE_NUMBER, .number = json_real_value(value)};
    else if (json_is_boolean(value))
        sample->value = (struct value){VALUE_FLAG, .integer = json_is_true(value)};
    else if (json_is_string(value) && signal_rows[sample->signal].kind == VALUE_CODE)
        (void)sample_read_value(sample, json_string_value(value), &parts->reading);
    else if (json_is_string(value))
        sample->value = (struct value){VALUE_TEXT, .text = json_string_value(value)};
}

static void read_value(const json_t *value, struct parts *parts, struct sample *sample)
{
    enum value_kind kind = signal_rows[sample->signal].kind;

    sample->value = (struct value){.kind = VALUE_NONE};
    if (!json_is_object(value))
        read_scalar(value, parts, sample);
    else if (kind == VALUE_CONDITION)
        read_condition(value, parts, sample);
    else if (kind == VALUE_GAP)
        read_gap(value, parts, sample);
    else if (kind == VALUE_TOOL_LIFE)
        read_life(value, parts, sample);
}

struct line {
    int64_t wall_ns;
    size_t order; /* as they stood in the row */
    struct text text;
};

static int earlier(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;

    if (left->wall_ns != right->wall_ns)
        return left->wall_ns < right->wall_ns ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static void print_value(const char *name, const json_t *item, int64_t row_ns,
                        struct line *line)
{
    struct parts parts;
    struct sample sample = {.path = 1};
    char sentence[160];

    if (signal_parse(name, &sample.signal, &sample.path, parts.place, sentence))
        return;
    sample.place = parts.place;
    sample.at.wall_ns =
        row_ns + (int64_t)llround(json_number_value(json_array_get(item, 0)) * 1e6);
    read_value(json_array_get(item, 1), &parts, &sample);
    sample.quality = (enum quality)json_integer_value(json_array_get(item, 2));
    sample.sequence = (uint64_t)json_integer_value(json_array_get(item, 3));
    line->wall_ns = sample.at.wall_ns;
    tape_print(&sample, &line->text);
}

static size_t count_values(json_t *signals)
{
    const char *name;
    json_t *lane;
    size_t count = 0;

    json_object_foreach(signals, name, lane)
    {
        count += json_array_size(lane);
    }
    return count;
}

void export_tape_row(const json_t *row, FILE *output)
{
    json_t *signals = json_object_get(row, "signals");
    struct line *lines = calloc(count_values(signals) + 1, sizeof(*lines));
    size_t count = 0;
    const char *name;
    json_t *lane, *item;
    size_t index;
    int64_t row_ns = 0;

    if (!lines || moment_parse(text_of(row, "t"), &row_ns) < 0)
        goto out;
    json_object_foreach(signals, name, lane)
    {
        json_array_foreach(lane, index, item)
        {
            text_init_heap(&lines[count].text);
            lines[count].order = count;
            print_value(name, item, row_ns, &lines[count]);
            count++;
        }
    }
    qsort(lines, count, sizeof(*lines), earlier);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].text.data)
            (void)fputs(lines[i].text.data, output);
        text_done(&lines[i].text);
    }
out:
    free(lines);
}
