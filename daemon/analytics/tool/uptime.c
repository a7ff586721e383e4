/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/uptime.h"

#include "daemon/analytics/kpi/stop_log.h"

#include <math.h>

#define MEMORY_S (1000 * 3600.0) /* of running; then what is old counts by half */

static bool needs_people(const struct record *record)
{
    static const bool reasons[] = {
        [REASON_FAULT] = true,
        [REASON_MINOR] = true,
        [REASON_DOWN_UNREASONED] = true,
        [REASON_OPERATOR] = true,
    };
    static const bool states[] = {
        [EXECUTION_HOLD] = true,
        [EXECUTION_OSTOP] = true,
        [EXECUTION_PSTOP] = true,
        [EXECUTION_UNAVAIL] = false,
    };
    enum reason reason = stop_reason(record->state.reason, record->state.text);

    if (record->state.state == EXECUTION_RUN || record->state.state == EXECUTION_UNAVAIL)
        return false;
    return reason == REASON_NONE ? states[record->state.state] : reasons[reason];
}

static struct uptime_state *find(struct uptime *uptime, int64_t from_ns)
{
    for (size_t i = 0; i < STOPS_KEPT; i++)
        if (uptime->recent[i].from_ns == from_ns)
            return &uptime->recent[i];
    return NULL;
}

/* Whether a state is the first piece of a stop depends on the one before. */
static void count(struct uptime *uptime, struct uptime_state *state)
{
    bool is_first = state->is_stop;

    for (size_t i = 0; i < STOPS_KEPT; i++)
        if (uptime->recent[i].is_stop && uptime->recent[i].to_ns == state->from_ns)
            is_first = false;
    if (is_first == (state->weight > 0))
        return;
    uptime->stops += is_first ? 1 : -state->weight;
    state->weight = is_first ? 1 : 0;
}

static void forget(struct uptime *uptime)
{
    if (uptime->run_s <= MEMORY_S)
        return;
    uptime->run_s /= 2;
    uptime->stops /= 2;
    for (size_t i = 0; i < STOPS_KEPT; i++) {
        uptime->recent[i].run_s /= 2;
        uptime->recent[i].weight /= 2;
    }
}

void uptime_hear(struct uptime *uptime, const struct record *record)
{
    struct uptime_state *state = find(uptime, record->wall_ns);

    if (!(record->state.dur > 0))
        return;
    if (!state) {
        uptime->newest = (uptime->newest + 1) % STOPS_KEPT;
        state = &uptime->recent[uptime->newest];
        *state = (struct uptime_state){.from_ns = record->wall_ns};
    }
    uptime->run_s -= state->run_s;
    state->run_s = record->state.state == EXECUTION_RUN ? record->state.dur : 0;
    uptime->run_s += state->run_s;
    state->to_ns = record->wall_ns + (int64_t)(record->state.dur * 1e9 + 0.5);
    state->is_stop = needs_people(record);
    count(uptime, state);

    struct uptime_state *next = find(uptime, state->to_ns);
    if (next)
        count(uptime, next);
    forget(uptime);
}

struct mtbf uptime_mtbf(struct uptime *uptime)
{
    if (!(uptime->run_s > 0))
        return (struct mtbf){NAN, NAN};

    double stops = fmax(0, uptime->stops), hours = uptime->run_s / 3600;
    if (!uptime->is_known || uptime->known_stops != stops) {
        uptime->an_hour = economics_mtbf(stops, 1);
        uptime->known_stops = stops;
        uptime->is_known = true;
    }
    return (struct mtbf){hours * uptime->an_hour.mean, hours * uptime->an_hour.lower};
}
