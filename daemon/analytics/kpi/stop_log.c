/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/kpi/stop_log.h"

#include <math.h>
#include <string.h>

#define LONG_NS (60 * NS_PER_S)

struct logged_stop *stop_log_find(struct stop_log *log, int64_t from_ns)
{
    for (size_t i = 0; i < LOGGED_STOPS; i++)
        if (log->stops[i].from_ns == from_ns)
            return &log->stops[i];
    for (size_t i = 0; i < LOGGED_LONG; i++)
        if (log->older[i].from_ns == from_ns)
            return &log->older[i];
    return NULL;
}

bool stop_log_has_forgotten(const struct stop_log *log, int64_t from_ns)
{
    if (log->stop_count < LOGGED_STOPS)
        return false;
    for (size_t i = 0; i < LOGGED_STOPS; i++)
        if (log->stops[i].from_ns <= from_ns)
            return false;
    return true;
}

struct logged_stop *stop_log_push(struct stop_log *log)
{
    struct logged_stop *stop = &log->stops[log->stop_count++ % LOGGED_STOPS];

    if (stop->state != EXECUTION_RUN && stop->to_ns - stop->from_ns >= LONG_NS)
        log->older[log->older_count++ % LOGGED_LONG] = *stop;
    memset(stop, 0, sizeof(*stop));
    return stop;
}

struct logged_cycle *stop_log_find_cycle(struct stop_log *log, int64_t cycle_no)
{
    for (size_t i = 0; i < LOGGED_CYCLES; i++)
        if (log->cycles[i].cycle_no == cycle_no)
            return &log->cycles[i];
    return NULL;
}

struct logged_cycle *stop_log_push_cycle(struct stop_log *log)
{
    struct logged_cycle *cycle = &log->cycles[log->cycle_count++ % LOGGED_CYCLES];

    memset(cycle, 0, sizeof(*cycle));
    return cycle;
}

bool stop_log_continues_fault(const struct stop_log *log, int64_t from_ns)
{
    for (size_t i = 0; i < LOGGED_STOPS; i++)
        if (log->stops[i].to_ns == from_ns && log->stops[i].reason == REASON_FAULT)
            return true;
    return false;
}

enum reason stop_reason(enum reason reason, const char *text)
{
    int meant = reason == REASON_OPERATOR ? code_find(reason_names, text) : -1;

    return meant > REASON_NONE ? (enum reason)meant : reason;
}

/* Nobody said why; without an order nobody waits for it. */
static void add_unreasoned(struct kpi_elements *elements, const struct logged_stop *stop,
                           double seconds, bool know_orders)
{
    if (know_orders && !stop->has_order)
        elements->adot = seconds;
    else
        elements->delay = seconds;
}

struct kpi_elements stop_elements(const struct logged_stop *stop, double seconds,
                                  bool know_orders)
{
    struct kpi_elements elements = {0};

    if (stop->state == EXECUTION_RUN || stop->state == EXECUTION_UNAVAIL)
        return elements;
    switch (stop->reason) {
    case REASON_NONE: /* a rest inside a cycle is part of its net time */
        if (stop->state != EXECUTION_DONE && stop->state != EXECUTION_IDLE)
            elements.delay = seconds;
        break;
    case REASON_UNSCHEDULED:
    case REASON_UNKNOWN:
        break;
    case REASON_PLANNED:
        elements.planned = seconds;
        break;
    case REASON_FAULT:
        elements.delay = elements.repair = seconds;
        elements.failures = stop->failures;
        break;
    case REASON_SETUP:
        elements.aust = seconds;
        break;
    case REASON_LOAD:
        elements.load = seconds;
        break;
    case REASON_MINOR:
        elements.load = fmin(seconds, stop->load_s);
        elements.minor = seconds - elements.load;
        break;
    case REASON_MAINT:
    case REASON_BAR:
    case REASON_WAIT:
    case REASON_TOOL:
        elements.delay = seconds;
        break;
    case REASON_DOWN_UNREASONED:
    case REASON_OPERATOR:
        add_unreasoned(&elements, stop, seconds, know_orders);
        break;
    }
    return elements;
}

struct logged_cycle cycle_elements(const struct record *record, double planned)
{
    const struct cycle_record *cycle = &record->cycle;
    double count = cycle->count > 0 ? (double)cycle->count : 1;
    double parts = cycle->parts > 0 ? (double)cycle->parts : 0;
    double length_s =
        isfinite(cycle->ct) ? cycle->ct * count : 0; /* a count alone has none */
    struct logged_cycle logged = {
        .cycle_no = cycle->cycle_no,
        .from_ns = record->wall_ns - (int64_t)(length_s * 1e9),
        .to_ns = record->wall_ns,
    };

    switch (cycle->kind) {
    case CYCLE_KIND_PROD:
        logged.spread.net = cycle->net * count;
        logged.counted.pq = parts;
        logged.counted.planned_output = planned >= 0 ? planned * parts : 0;
        logged.counted.unpriced = planned >= 0 ? 0 : parts;
        break;
    case CYCLE_KIND_REWORK:
        logged.counted.rq = parts;
        break;
    case CYCLE_KIND_PROVEOUT:
    case CYCLE_KIND_AIRCUT:
        logged.spread.aust = cycle->net * count;
        break;
    case CYCLE_KIND_WARMUP:
    case CYCLE_KIND_AUX:
        break;
    }
    return logged;
}
