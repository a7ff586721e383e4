/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/metric.h"

#include "daemon/model/sample.h"
#include "daemon/model/signal.h"
#include "daemon/sinks/packed.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Where a kind's metrics stand; the place is a text of the record. */
static const struct {
    const char *group;
    size_t place; /* 0 = none */
} groups[RECORD_KIND_COUNT] = {
    [RECORD_CYCLE] = {"Cycle",                 0                                  },
    [RECORD_SEGMENT] = {"Segment",               offsetof(struct record,              segment.tool)},
    [RECORD_TOOL] = {"Tool",                       offsetof(struct record,                                                     tool.tool)},
    [RECORD_THERMAL] = {"Thermal",             offsetof(struct record,thermal.axis)},
    [RECORD_FEATURE] = {"Measurement",offsetof(struct record,                feature.feature)},
    [RECORD_CAPABILITY] = {"Quality",           offsetof(struct record,                                    capability.feature)},
    [RECORD_CHART] = {"Chart",                       offsetof(struct record,                                                  chart.metric)},
    [RECORD_STATE] = {"State",    0   },
    [RECORD_KPI] = {"KPI",offsetof(struct record,kpi.window)},
    [RECORD_ADVICE] = {"Advice",                 offsetof(struct record,                                                advice.feature)},
    [RECORD_EVENT] = {"Event",                   offsetof(struct record,                                                      event.code)},
    [RECORD_COST] = {"Cost",                       0                                                  },
    [RECORD_SELF] = {"Self",        0},
    [RECORD_SIGNAL] = {"Signal",0},
    [RECORD_RUN] = {"Job",                  0                             },
    [RECORD_GAP] = {"Gap",                  0                                            },
};

void metric_print_name(const char *field, struct text *text)
{
    bool is_first = true;

    for (; *field; field++) {
        if (*field != '_')
            text_add_char(text, is_first ? (char)toupper((unsigned char)*field) : *field);
        is_first = *field == '_';
    }
}

static bool is_met(const struct metrics *metrics, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->items[i].name, name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static int find(struct metrics *metrics, const char *name, enum metric_type type,
                size_t *ret_index, bool *ret_is_new)
{
    if (is_met(metrics, name, ret_index))
        return 0;
    if (metrics->count == METRICS_MAX)
        return -ENOSPC;
    if (metrics->count == metrics->capacity) {
        size_t capacity = metrics->capacity ? 2 * metrics->capacity : 128;
        struct metric *items = reallocarray(metrics->items, capacity, sizeof(*items));
        if (!items)
            return -ENOMEM;
        metrics->items = items;
        metrics->capacity = capacity;
    }
    struct metric *metric = &metrics->items[metrics->count];
    (void)text_copy(metric->name, sizeof(metric->name), name);
    metric->type = type;
    metric->unit = "";
    *ret_index = metrics->count++;
    *ret_is_new = true;
    return 0;
}

static enum metric_type type_of(const struct record_field *field)
{
    static const enum metric_type types[] = {
        [FIELD_INTEGER] = METRIC_INT64, [FIELD_NUMBER] = METRIC_DOUBLE,
        [FIELD_TEXT] = METRIC_STRING,   [FIELD_CODE] = METRIC_INT64,
        [FIELD_NAME] = METRIC_STRING,
    };

    return types[field->kind];
}

static void print_name(const struct record *record, const char *field, char *ret_name)
{
    size_t place = groups[record->kind].place;
    struct text name;

    text_init_fixed(&name, ret_name, METRIC_NAME_MAX);
    text_add(&name, groups[record->kind].group);
    text_add_char(&name, '/');
    if (place) {
        text_add(&name, (const char *)record + place);
        text_add_char(&name, '/');
    }
    metric_print_name(field, &name);
}

static void read_value(const struct record *record, const struct record_field *field,
                       struct metric_value *value)
{
    value->is_known = record_field_known(record, field);
    value->text = record_field_text(record, field);
    value->number = record_field_number(record, field);
    if (field->kind == FIELD_INTEGER)
        memcpy(&value->integer, (const char *)record + field->offset,
               sizeof(value->integer));
    else if (field->kind == FIELD_CODE)
        value->integer = (int64_t)value->number;
}

static int read_fields(struct metrics *metrics, const struct record *record, void *owner,
                       void (*on_value)(void *, const struct metric_value *),
                       bool *ret_is_new)
{
    char name[METRIC_NAME_MAX];

    for (const struct record_field *field = record_layouts[record->kind].fields;
         field->name; field++) {
        struct metric_value value = {.wall_ns = record->wall_ns, .quality = -1};
        bool is_where =
            field->offset == offsetof(struct record, cell) ||
            field->offset == offsetof(struct record, machine) ||
            (groups[record->kind].place && field->offset == groups[record->kind].place);
        if (is_where)
            continue;
        print_name(record, field->name, name);
        int error = find(metrics, name, type_of(field), &value.index, ret_is_new);
        if (error == -ENOSPC)
            continue;
        if (error)
            return error;
        read_value(record, field, &value);
        if (on_value)
            on_value(owner, &value);
    }
    return 0;
}

/* What the operator's own signals are in, nobody said. */
static const char *unit_of(const char *name)
{
    enum signal signal;
    uint16_t path;
    char place[SIGNAL_NAME_MAX], sentence[160];

    if (signal_parse(name, &signal, &path, place, sentence) || !signal_rows[signal].unit)
        return "";
    return signal_rows[signal].unit;
}

/* The standard knows no other codes (tck-id-payloads-propertyset-quality-value-value). */
static int quality_code(int64_t quality)
{
    return quality == QUALITY_GOOD || quality == QUALITY_STALE ? (int)quality
                                                               : QUALITY_BAD;
}

/* A signal that never had a value has no type yet: -ENOENT. */
static int find_signal(struct metrics *metrics, const struct packed_value *item,
                       size_t *ret_index, bool *ret_is_new)
{
    enum metric_type type = item->kind == PACKED_TEXT ? METRIC_STRING : METRIC_DOUBLE;
    size_t count = metrics->count;
    char name[METRIC_NAME_MAX];
    struct text text;

    text_init_fixed(&text, name, sizeof(name));
    text_add(&text, "Signal/");
    text_add(&text, item->signal);
    if (item->kind == PACKED_NOTHING)
        return is_met(metrics, name, ret_index) ? 0 : -ENOENT;
    int error = find(metrics, name, type, ret_index, ret_is_new);
    if (!error && metrics->count > count)
        metrics->items[*ret_index].unit = unit_of(item->signal);
    return error;
}

static int read_signals(struct metrics *metrics, const struct record *record, void *owner,
                        void (*on_value)(void *, const struct metric_value *),
                        bool *ret_is_new)
{
    struct packed_values values;

    int error = packed_open(record, &values);
    if (error)
        return error;
    for (size_t i = 0; !error && i < values.count; i++) {
        const struct packed_value *item = &values.items[i];
        bool is_text = item->kind == PACKED_TEXT;
        struct metric_value value = {
            .wall_ns = item->wall_ns,
            .is_known = item->kind != PACKED_NOTHING && item->quality == QUALITY_GOOD,
            .number = item->number,
            .text = is_text ? item->text : "",
            .quality = quality_code(item->quality),
        };

        error = find_signal(metrics, item, &value.index, ret_is_new);
        if (error == -ENOSPC || error == -ENOENT)
            error = 0;
        else if (!error && on_value &&
                 (!value.is_known ||
                  is_text == (metrics->items[value.index].type == METRIC_STRING)))
            on_value(owner, &value);
    }
    packed_done(&values);
    return error;
}

int metrics_read(struct metrics *metrics, const struct record *record, void *owner,
                 void (*on_value)(void *owner, const struct metric_value *value),
                 bool *ret_is_new)
{
    return record->kind == RECORD_SIGNAL
               ? read_signals(metrics, record, owner, on_value, ret_is_new)
               : read_fields(metrics, record, owner, on_value, ret_is_new);
}

int metrics_init(struct metrics *metrics)
{
    static const enum record_kind always[] = {RECORD_STATE, RECORD_CYCLE, RECORD_RUN};
    bool is_new;
    int error = 0;

    *metrics = (struct metrics){0};
    for (size_t i = 0; !error && i < sizeof(always) / sizeof(*always); i++) {
        struct record record;
        record_init(&record, always[i], (struct moment){0});
        error = read_fields(metrics, &record, NULL, NULL, &is_new);
    }
    return error;
}

void metrics_done(struct metrics *metrics)
{
    free(metrics->items);
    *metrics = (struct metrics){0};
}
