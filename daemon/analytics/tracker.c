/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tracker.h"

#include "daemon/analytics/alarm/alarms.h"
#include "daemon/analytics/analytic.h"
#include "daemon/analytics/cycle/machine_cycles.h"
#include "daemon/analytics/kpi/kpi.h"
#include "daemon/analytics/quality/charts.h"
#include "daemon/analytics/quality/eco.h"
#include "daemon/analytics/readiness/readiness.h"
#include "daemon/analytics/snapshot.h"
#include "daemon/analytics/thermal/thermal.h"
#include "daemon/analytics/tool/machine_tools.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The order in which a sample and what was made of it are seen: cycles, then these. */
static const struct analytic *const analytics[] = {
    &analytic_alarms,    /* what the control says itself */
    &analytic_tools,     /* lives and wear */
    &analytic_thermal,   /* heat */
    &analytic_readiness, /* how long it may run alone, by all of these */
    &analytic_charts,    /* cycles and segments against the pilot */
    &analytic_eco,       /* before and after a change */
    &analytic_kpi,       /* shifts, days, runs */
    NULL,
};

#define ANALYTICS_MAX 8

#define CATCH_UP_NS (2 * NS_PER_DAY) /* longer silences are not lived through */

/* Every whole minute is lived through, ticks or not, so that minutes fall between the
 * same samples whatever the tick rate. */
struct tracker_clock {
    struct moment minute; /* the next one */
    int64_t is_started;
};

struct tracker {
    struct tracker_options options;
    struct machine_cycles *cycles;
    void *selves[ANALYTICS_MAX]; /* of analytics[], in their order */
    const struct record_sink *out;
    struct machine_view view;
    struct tracker_clock clock;
};

/* Passes a record on, and shows it to the analytics after number `from`. */
struct relay {
    struct tracker *tracker;
    size_t from;
    struct record_sink sink;
};

static void relay(void *owner, const struct record *record)
{
    struct relay *self = owner;
    struct tracker *tracker = self->tracker;
    struct record refined;

    if (record->kind == RECORD_SEGMENT || record->kind == RECORD_CYCLE ||
        record->kind == RECORD_TOOL) {
        refined = *record;
        for (size_t i = self->from; analytics[i]; i++)
            if (analytics[i]->refine)
                analytics[i]->refine(tracker->selves[i], &tracker->view, &refined);
        record = &refined;
    }
    tracker->out->append(tracker->out->owner, record);
    for (size_t i = self->from; analytics[i]; i++) {
        struct relay next = {
            .tracker = tracker, .from = i + 1, .sink = {&next, relay}
        };

        if (analytics[i]->hear)
            analytics[i]->hear(tracker->selves[i], &tracker->view, record, &next.sink);
    }
}

static void refresh(struct tracker *tracker)
{
    tracker->view.context = machine_cycles_context(tracker->cycles);
    tracker->view.paths = machine_cycles_paths(tracker->cycles);
}

int tracker_create(const struct tracker_options *options, struct tracker **ret_tracker)
{
    struct tracker *tracker = calloc(1, sizeof(*tracker));
    int error = tracker ? machine_cycles_create(options, &tracker->cycles) : -ENOMEM;

    for (size_t i = 0; !error && analytics[i]; i++)
        error = analytics[i]->create(options, &tracker->selves[i]);
    if (error) {
        tracker_destroy(tracker);
        return error;
    }
    tracker->options = *options;
    tracker->view.cell = options->cell ? options->cell : "";
    tracker->view.machine = options->machine ? options->machine : "";
    refresh(tracker);
    *ret_tracker = tracker;
    return 0;
}

void tracker_destroy(struct tracker *tracker)
{
    if (!tracker)
        return;
    for (size_t i = 0; analytics[i]; i++)
        if (tracker->selves[i])
            analytics[i]->destroy(tracker->selves[i]);
    machine_cycles_destroy(tracker->cycles);
    free(tracker);
}

static void advance(struct tracker *tracker, struct moment now)
{
    struct relay first = {
        .tracker = tracker, .sink = {&first, relay}
    };

    machine_cycles_advance(tracker->cycles, now, &first.sink);
    for (size_t i = 0; analytics[i]; i++) {
        struct relay next = {
            .tracker = tracker, .from = i + 1, .sink = {&next, relay}
        };

        if (analytics[i]->advance)
            analytics[i]->advance(tracker->selves[i], &tracker->view, now, &next.sink);
    }
}

/* Time first, then the news. */
static void live_until(struct tracker *tracker, struct moment at)
{
    struct tracker_clock *clock = &tracker->clock;

    if (!clock->is_started) {
        clock->is_started = 1;
        clock->minute = moment_plus(at, NS_PER_MINUTE - at.wall_ns % NS_PER_MINUTE);
    }
    if (at.mono_ns - clock->minute.mono_ns > CATCH_UP_NS) {
        int64_t skip = (at.mono_ns - clock->minute.mono_ns) / NS_PER_MINUTE;
        clock->minute = moment_plus(clock->minute, skip * NS_PER_MINUTE);
    }
    while (clock->minute.mono_ns <= at.mono_ns) {
        struct moment minute = clock->minute;
        clock->minute = moment_plus(minute, NS_PER_MINUTE);
        advance(tracker, minute);
    }
}

void tracker_observe(struct tracker *tracker, const struct sample *sample,
                     const struct record_sink *out)
{
    struct relay first = {
        .tracker = tracker, .sink = {&first, relay}
    };

    tracker->out = out;
    live_until(tracker, sample->at);
    machine_cycles_observe(tracker->cycles, sample, &first.sink);
    for (size_t i = 0; analytics[i]; i++) {
        struct relay next = {
            .tracker = tracker, .from = i + 1, .sink = {&next, relay}
        };

        if (analytics[i]->observe)
            analytics[i]->observe(tracker->selves[i], &tracker->view, sample, &next.sink);
    }
}

void tracker_advance(struct tracker *tracker, struct moment now,
                     const struct record_sink *out)
{
    tracker->out = out;
    if (tracker->clock.is_started)
        live_until(tracker, now);
    advance(tracker, now);
}

void tracker_tell(struct tracker *tracker, const struct statement *statement,
                  const struct record_sink *out)
{
    struct relay first = {
        .tracker = tracker, .sink = {&first, relay}
    };

    tracker->out = out;
    live_until(tracker, statement->at);
    machine_cycles_tell(tracker->cycles, statement, &first.sink);
    for (size_t i = 0; analytics[i]; i++) {
        struct relay next = {
            .tracker = tracker, .from = i + 1, .sink = {&next, relay}
        };

        if (analytics[i]->tell)
            analytics[i]->tell(tracker->selves[i], &tracker->view, statement, &next.sink);
    }
}

const struct context *tracker_context(const struct tracker *tracker)
{
    return machine_cycles_context(tracker->cycles);
}

struct run_view tracker_run(const struct tracker *tracker)
{
    return machine_cycles_run(tracker->cycles);
}

const struct alarm_rate *tracker_alarm_rate(const struct tracker *tracker)
{
    size_t i = 0;

    while (analytics[i] != &analytic_charts)
        i++;
    return charts_alarm_rate(tracker->selves[i]);
}

const struct path_view *tracker_paths(const struct tracker *tracker)
{
    return machine_cycles_paths(tracker->cycles);
}

void analytic_stamp(const struct machine_view *view, struct record *record)
{
    (void)text_copy(record->cell, sizeof(record->cell), view->cell);
    (void)text_copy(record->machine, sizeof(record->machine), view->machine);
    record->context = *view->context;
}

void tracker_save(const struct tracker *tracker, struct text *text)
{
    size_t at;

    snapshot_begin(text);
    at = snapshot_begin_part(text, "cycle");
    machine_cycles_save(tracker->cycles, text);
    snapshot_finish_part(text, at);
    at = snapshot_begin_part(text, "clock");
    text_add_bytes(text, (const char *)&tracker->clock, sizeof(tracker->clock));
    snapshot_finish_part(text, at);
    for (size_t i = 0; analytics[i]; i++) {
        if (!analytics[i]->save)
            continue;
        at = snapshot_begin_part(text, analytics[i]->name);
        analytics[i]->save(tracker->selves[i], text);
        snapshot_finish_part(text, at);
    }
}

int tracker_restore(struct tracker *tracker, const void *bytes, size_t length)
{
    struct snapshot snapshot;
    size_t part_length = 0;

    if (snapshot_open(&snapshot, bytes, length))
        return -EPROTO;

    const char *part = snapshot_part(&snapshot, "cycle", &part_length);
    int error =
        part ? machine_cycles_restore(tracker->cycles, part, part_length) : -EPROTO;
    part = snapshot_part(&snapshot, "clock", &part_length);
    if (part && part_length == sizeof(tracker->clock))
        memcpy(&tracker->clock, part, part_length);
    for (size_t i = 0; analytics[i]; i++) {
        part = snapshot_part(&snapshot, analytics[i]->name, &part_length);
        if (part && analytics[i]->restore &&
            analytics[i]->restore(tracker->selves[i], part, part_length))
            error = -EPROTO;
    }
    snapshot_close(&snapshot);
    refresh(tracker);
    return error;
}
