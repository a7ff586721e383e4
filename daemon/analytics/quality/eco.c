/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/eco.h"

#include "daemon/analytics/cycle/calendar.h"
#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/quality/eco_report.h"
#include "daemon/analytics/quality/quality_options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION       INT64_C(1)
#define SETTLING      5 /* eligible cycles after a change that are not compared */
#define LONGEST_GAP_S 300.0
#define OTHERS_MAX    120
#define TOOLS_MAX     64

/* What may have changed together with the change. */
struct surroundings {
    int64_t lot_seq, fixture_seq, thermal_state;
    char shift[32];
};

/* All that is remembered: plain bytes. */
struct eco_state {
    int64_t version;
    int64_t is_on; /* a change took effect and is not reported yet */
    int64_t seen;  /* eligible cycles since */
    char change[RECORD_NAME_MAX];
    char
        tools[TOOLS_MAX]; /* changed since the last cycle before, up to the first after */
    int64_t thermal_state;
    struct surroundings before; /* at the last cycle before */
    char others[OTHERS_MAX];
    struct held_segments held;
    struct eco_table table;
};

struct eco {
    struct quality_options options;
    struct calendar calendar;
    double longest_gap;
    struct eco_state state;
};

static uint64_t context_of(const struct record *cycle)
{
    if (!*cycle->context.part)
        return context_hash(cycle);
    return part_hash(&cycle->context) + (uint64_t)cycle->path;
}

static struct surroundings look_around(const struct eco *eco, const struct record *cycle)
{
    struct surroundings now = {cycle->context.lot_seq, cycle->context.fixture_seq,
                               eco->state.thermal_state, ""};
    struct calendar_shift shift;

    if (calendar_find_shift(&eco->calendar, cycle->wall_ns, &shift))
        (void)text_copy(now.shift, sizeof(now.shift), shift.name);
    return now;
}

static void add_other(struct text *text, bool is_other, const char *what,
                      const char *name)
{
    if (is_other)
        text_add_format(text, "%s%s%s", text->length ? ", " : "", what, name);
}

/* The first cycle that is compared: what is not as it was before the change? */
static void find_others(struct eco *eco, const struct record *cycle)
{
    struct eco_state *state = &eco->state;
    const struct surroundings *before = &state->before, now = look_around(eco, cycle);
    struct text text;

    text_init_fixed(&text, state->others, sizeof(state->others));
    add_other(&text, now.lot_seq != before->lot_seq, "lot", "");
    add_other(&text, now.fixture_seq != before->fixture_seq, "fixture", "");
    add_other(&text, now.thermal_state != before->thermal_state, "thermal state", "");
    add_other(&text, strcmp(now.shift, before->shift) != 0, "shift", "");
    add_other(&text, *state->tools, "tools ", state->tools);
}

static void see(struct eco *eco, const struct record *cycle, const char *metric,
                double value, double share)
{
    struct eco_state *state = &eco->state;

    if (isnan(value) || (state->is_on && state->seen <= SETTLING))
        return;
    struct eco_series *series =
        eco_table_take(&state->table, context_of(cycle), metric, cycle->wall_ns);
    series->margin_share = share;
    eco_series_add(series, value, state->is_on);
}

static void see_cycle(struct eco *eco, const struct record *record)
{
    const struct cycle_record *cycle = &record->cycle;
    double values[CYCLE_METRICS];

    cycle_metrics(cycle, eco->longest_gap, values);
    for (size_t i = 0; i < CYCLE_METRICS; i++)
        see(eco, record, cycle_metric_names[i], values[i], eco->options.margin);
    if (cycle->tchg > 0)
        see(eco, record, "tchg", cycle->tchg, eco->options.margin);
    if (cycle->energy_kwh > 0)
        see(eco, record, "energy_kwh", cycle->energy_kwh, eco->options.segment_margin);
}

static void see_segments(struct eco *eco, const struct record *cycle, bool is_worth_it)
{
    struct held_segment taken[HELD_MAX];
    size_t count = held_segments_take(&eco->state.held, cycle, taken);

    for (size_t i = 0; is_worth_it && i < count; i++) {
        for (size_t k = 0; k < SEGMENT_METRICS; k++) {
            char metric[METRIC_MAX];

            held_segment_name(&taken[i], k, metric);
            see(eco, cycle, metric, taken[i].values[k], eco->options.segment_margin);
        }
    }
}

/* Is there enough to compare, or will there never be? */
static void conclude(struct eco *eco, const struct eco_report *report)
{
    struct eco_state *state = &eco->state;
    const uint64_t context = context_of(report->cycle);
    const struct eco_series *series = eco_table_take(
        &state->table, context, cycle_metric_names[0], report->cycle->wall_ns);

    if (!state->is_on || eco_series_after(series).count < (size_t)eco->options.eco_cycles)
        return;
    if (series->before_count < ECO_LEAST)
        eco_report_too_few(report, series->before_count);
    else
        eco_report_write(report, &state->table, context);
    state->is_on = 0;
}

static void hear_cycle(struct eco *eco, const struct machine_view *view,
                       const struct record *record, const struct record_sink *out)
{
    struct eco_state *state = &eco->state;
    const bool is_worth_it = cycle_is_eligible(record);
    const struct eco_report report = {view, out, record, state->change, state->others};

    if (is_worth_it && state->is_on && ++state->seen == SETTLING + 1)
        find_others(eco, record);
    if (is_worth_it && !state->is_on) {
        state->before = look_around(eco, record);
        state->tools[0] = '\0';
    }
    if (is_worth_it)
        see_cycle(eco, record);
    see_segments(eco, record,
                 is_worth_it && !(record->cycle.flags & CYCLE_FIRST_AFTER_TOOL));
    if (is_worth_it)
        conclude(eco, &report);
}

/* "tool 12 changed after 240 parts" */
static void hear_tool_changed(struct eco_state *state, const char *sentence)
{
    const char *name = strncmp(sentence, "tool ", 5) == 0 ? sentence + 5 : sentence;
    int length = (int)strcspn(name, " ");
    size_t used = strlen(state->tools);

    if (state->is_on && state->seen > SETTLING)
        return;
    (void)snprintf(state->tools + used, sizeof(state->tools) - used, "%s%.*s",
                   used ? " " : "", length, name);
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct eco *eco = self;

    if (!eco->options.charts)
        return;
    if (record->kind == RECORD_SEGMENT)
        held_segments_add(&eco->state.held, record);
    else if (record->kind == RECORD_CYCLE)
        hear_cycle(eco, view, record, out);
    else if (record->kind == RECORD_THERMAL)
        eco->state.thermal_state = record->thermal.state;
    else if (record->kind == RECORD_EVENT &&
             strcmp(record->event.code, "tool_changed") == 0)
        hear_tool_changed(&eco->state, record->event.text);
}

static void tell(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out)
{
    struct eco_state *state = &((struct eco *)self)->state;

    (void)view;
    (void)out;
    if (statement->kind != STATEMENT_ECO)
        return;
    /* One that is not reported yet is part of the next: its cycles are before it. */
    eco_table_turn(&state->table);
    state->is_on = 1;
    state->seen = 0;
    state->others[0] = '\0';
    (void)text_copy(state->change, sizeof(state->change),
                    statement->text ? statement->text : "");
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct eco *eco = calloc(1, sizeof(*eco));

    if (!eco)
        return -ENOMEM;
    quality_options_init(&eco->options);
    if (options->quality)
        eco->options = *options->quality;
    calendar_init(&eco->calendar, options->calendar);
    eco->longest_gap =
        options->cycle ? (double)options->cycle->minor_stop / 1e9 : LONGEST_GAP_S;
    eco->state.version = VERSION;
    *ret_self = eco;
    return 0;
}

static void destroy(void *self)
{
    free(self);
}

static void save(const void *self, struct text *text)
{
    const struct eco *eco = self;

    text_add_bytes(text, (const char *)&eco->state, sizeof(eco->state));
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct eco *eco = self;
    int64_t version = 0;

    if (length != sizeof(eco->state))
        return -EPROTO;
    memcpy(&version, bytes, sizeof(version));
    if (version != VERSION)
        return -EPROTO;
    memcpy(&eco->state, bytes, length);
    return 0;
}

const struct analytic analytic_eco = {
    .name = "eco",
    .create = create,
    .destroy = destroy,
    .hear = hear,
    .tell = tell,
    .save = save,
    .restore = restore,
};
