/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_cycles.h"

#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/analytics/cycle/path_loop.h"
#include "daemon/analytics/cycle/path_parts.h"

#include <math.h>
#include <string.h>

#define LONG_PAUSE_NS (60 * NS_PER_S) /* in a cycle: needs a reason (domain.md 1.8) */

void path_cycles_begin(struct path_cycles *path)
{
    if (path->is_begun)
        return;
    path->is_begun = true;
    levels_init(&path->levels);
    path->execution = EXECUTION_UNAVAIL;
    path->segments.load = path->segments.speed = NAN;
}

static struct moment later(struct moment a, struct moment b)
{
    return a.mono_ns >= b.mono_ns ? a : b;
}

static bool is_pause(enum execution execution)
{
    return execution == EXECUTION_HOLD || execution == EXECUTION_OSTOP ||
           execution == EXECUTION_PSTOP || execution == EXECUTION_WAIT;
}

/* The reason of a pause inside a cycle, when it ends. */
static enum reason judge_pause(struct path_cycles *path, struct moment until)
{
    bool is_long = until.mono_ns - path->since.mono_ns >= LONG_PAUSE_NS;
    bool is_stop =
        path->execution == EXECUTION_OSTOP || path->execution == EXECUTION_PSTOP;

    if (levels_has_fault(&path->levels))
        return REASON_FAULT;
    if (path->execution == EXECUTION_WAIT)
        return REASON_WAIT;
    if (is_stop && programs_plan_stops(&path->programs, path->levels.program))
        return REASON_PLANNED;
    return is_long ? REASON_DOWN_UNREASONED : REASON_MINOR;
}

void path_cycles_begin_gap(struct path_cycles *path, struct moment at)
{
    struct gap_facts *facts = &path->stops.facts;

    stops_begin_gap(&path->stops, at);
    path->gap_seen = at;
    if (levels_has_fault(&path->levels) ||
        (path->levels.fault_at.mono_ns > at.mono_ns - 5 * NS_PER_S &&
         path->levels.fault_code[0])) {
        facts->fault = true;
        (void)text_copy(facts->text, sizeof(facts->text), path->levels.fault_code);
    }
    facts->tool = path->tool_changed;
}

/* Nothing was open; the machine runs. */
void path_cycles_start(struct path_cycles *path, const struct path_site *site,
                       const struct execution_edge *edge, bool is_seen)
{
    if (!levels_is_automatic(&path->levels)) {
        if (path->phase == PHASE_UNKNOWN)
            path_cycles_begin_gap(path, edge->at);
        path->phase = PHASE_BETWEEN;
        return;
    }
    path->is_tail = false;
    path_cycles_open(path, site, edge->at, edge->variance_s2);
    if (!is_seen)
        path->cycle.flags |= CYCLE_PARTIAL;
    if (path->lost_in_gap)
        path->cycle.flags |= CYCLE_GAP;
    path->lost_in_gap = false;
}

static void leave_cycle(struct path_cycles *path, const struct path_site *site,
                        const struct execution_edge *edge, enum ending ending)
{
    bool is_next = path->turns_program; /* the next program is shown already */

    path->turns_program = false;
    path_cycles_vote(path, site, edge->at);
    if (path_cycles_ends_by_count(path, site->options))
        path_loop_split(path, site);
    path_cycles_close(path, site, edge->at, edge->variance_s2, ending);
    if (is_next)
        (void)text_copy(path->levels.program, sizeof(path->levels.program),
                        path->next_program);
    path_cycles_begin_gap(path, edge->at);
}

/* Where an edge lies that a short loss of data hid; a long loss dates it at its end. */
static bool date_hidden_edge(const struct path_cycles *path, const struct path_site *site,
                             struct execution_edge *edge)
{
    int64_t lasted = edge->at.mono_ns - path->since.mono_ns;
    double seconds = (double)lasted / 1e9;

    if (edge->to == path->before_loss)
        return true;
    if (seconds > path_cycles_grace(path, site->options))
        return false;
    edge->at = moment_plus(edge->at, -lasted / 2);
    edge->variance_s2 = seconds * seconds / 12;
    return true;
}

static void lose(struct path_cycles *path, struct moment at)
{
    path->before_loss = path->execution;
    path->is_lost = path->is_missing = true;
    path->lost_at = path->missed_at = at;
    path->lost_in_gap = path->phase != PHASE_IN_CYCLE;
    path->stops.facts.no_data = true;
    if (path->phase == PHASE_IN_CYCLE)
        path->cycle.flags |= CYCLE_GAP;
}

static void move(struct path_cycles *path, const struct path_site *site,
                 const struct execution_edge *edge, bool is_seen)
{
    bool in_cycle = path->phase == PHASE_IN_CYCLE;

    if (edge->to == EXECUTION_RUN && !in_cycle) {
        path_cycles_emit(path, site);
        path_cycles_start(path, site, edge, is_seen && path->phase != PHASE_UNKNOWN);
    } else if (in_cycle && (edge->to == EXECUTION_DONE || edge->to == EXECUTION_IDLE)) {
        leave_cycle(path, site, edge,
                    edge->to == EXECUTION_DONE ? ENDING_DONE : ENDING_IDLE);
    } else if (path->phase == PHASE_UNKNOWN && edge->to != EXECUTION_UNAVAIL) {
        if (!path->stops.in_gap)
            path_cycles_begin_gap(path, edge->at);
        if (!is_pause(edge->to))
            path->phase = PHASE_BETWEEN;
    } else if (in_cycle && path->execution == EXECUTION_RUN && is_pause(edge->to)) {
        path->cycle.stopped |= edge->to == EXECUTION_OSTOP || edge->to == EXECUTION_PSTOP;
    }
}

/* Running by hand makes no cycle (domain.md 1.3); how long it lasted is told. */
static void tell_manual_run(const struct path_cycles *path, const struct path_site *site,
                            const struct execution_edge *edge)
{
    if (path->phase != PHASE_BETWEEN || path->execution != EXECUTION_RUN ||
        edge->to == EXECUTION_RUN || levels_is_automatic(&path->levels))
        return;
    outlet_announce(&site->outlet, edge->at,
                    &(struct notice){"manual_run", "ran in MDI or by hand, s",
                                     moment_seconds(path->since, edge->at),
                                     path->cycle_no, SEVERITY_INFO});
}

void path_cycles_edge(struct path_cycles *path, const struct path_site *site,
                      const struct execution_edge *given)
{
    struct execution_edge edge = *given;
    bool is_seen = true;

    if (path->has_execution && path->execution == EXECUTION_UNAVAIL)
        is_seen = date_hidden_edge(path, site, &edge);
    if (path->has_execution)
        edge.at = later(edge.at, path->since);
    path->source = edge.source;
    path->has_done |= edge.to == EXECUTION_DONE;
    path_cycles_account_gap(path, edge.at);
    if (path->stops.in_gap && edge.to == EXECUTION_WAIT)
        path->stops.facts.waiting = true;
    if (path->phase == PHASE_IN_CYCLE && is_pause(path->execution))
        stops_blame(&path->stops, judge_pause(path, edge.at));
    tell_manual_run(path, site, &edge);
    if (edge.to == EXECUTION_UNAVAIL)
        lose(path, edge.at);
    else if (path->execution == EXECUTION_UNAVAIL)
        path->back_at = given->at;
    move(path, site, &edge, is_seen);
    path_cycles_settle(path, edge.at);
    path->has_execution = true;
    path->execution = edge.to;
    stops_change(&path->stops, &site->outlet, edge.at, edge.to);
}

void path_cycles_abort(struct path_cycles *path, const struct path_site *site,
                       struct moment at)
{
    struct execution_edge edge = {
        .to = EXECUTION_IDLE, .at = later(at, path->since), .source = path->source};

    if (path->phase != PHASE_IN_CYCLE)
        return;
    leave_cycle(path, site, &edge, ENDING_ABORT);
    /* What the control says after this is the state of the gap. */
    path_cycles_settle(path, edge.at);
    path->execution = EXECUTION_IDLE;
    stops_change(&path->stops, &site->outlet, edge.at, EXECUTION_IDLE);
}

void path_cycles_mark(struct path_cycles *path, struct moment at, int64_t flags)
{
    if (path->phase == PHASE_IN_CYCLE)
        path->cycle.flags |= flags;
    if (!(flags & CYCLE_GAP))
        return;
    path->is_missing = true;
    path->missed_at = at;
    path->segments.is_uncertain = true;
    path->lost_in_gap |= path->phase != PHASE_IN_CYCLE;
}

void path_cycles_changed_tool(struct path_cycles *path)
{
    path->tool_changed = true;
    path->tool_left = 2;
    if (path->stops.in_gap)
        path->stops.facts.tool = true;
}

void path_cycles_set_up(struct path_cycles *path)
{
    path->setup_left = 2;
    if (path->stops.in_gap)
        path->stops.facts.setup = true;
}

void path_cycles_advance(struct path_cycles *path, const struct path_site *site,
                         struct moment now)
{
    if (path->phase == PHASE_PENDING && now.mono_ns > path->deadline_ns)
        path_cycles_emit(path, site);
}
