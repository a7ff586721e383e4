/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_cycles.h"

#include <math.h>
#include <string.h>

#define LONG_PAUSE_NS (60 * NS_PER_S) /* in a cycle: needs a reason (domain.md 1.8) */
#define SETTLING_NS   (2 * NS_PER_S)  /* a program name may come this late */

void path_cycles_init(struct path_cycles *path)
{
    memset(path, 0, sizeof(*path));
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

static void begin_gap(struct path_cycles *path, struct moment at)
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
static void start_running(struct path_cycles *path, const struct path_site *site,
                          const struct execution_edge *edge, bool is_seen)
{
    if (!levels_is_automatic(&path->levels)) {
        if (path->phase == PHASE_UNKNOWN)
            begin_gap(path, edge->at);
        path->phase = PHASE_BETWEEN;
        return;
    }
    path->is_tail = false;
    path_cycles_open(path, site, edge->at, edge->variance_s2);
    if (!is_seen)
        path->cycle.flags |= CYCLE_PARTIAL;
    if (path->is_lost)
        path->cycle.flags |= CYCLE_GAP;
}

static void leave_cycle(struct path_cycles *path, const struct path_site *site,
                        const struct execution_edge *edge, enum ending ending)
{
    path_cycles_vote(path, site, edge->at);
    path_cycles_close(path, site, edge->at, edge->variance_s2, ending);
    begin_gap(path, edge->at);
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
    path->is_lost = true;
    path->lost_at = at;
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
        start_running(path, site, edge, is_seen && path->phase != PHASE_UNKNOWN);
    } else if (in_cycle && (edge->to == EXECUTION_DONE || edge->to == EXECUTION_IDLE)) {
        leave_cycle(path, site, edge,
                    edge->to == EXECUTION_DONE ? ENDING_DONE : ENDING_IDLE);
    } else if (path->phase == PHASE_UNKNOWN && edge->to != EXECUTION_UNAVAIL) {
        if (!path->stops.in_gap)
            begin_gap(path, edge->at);
        if (!is_pause(edge->to))
            path->phase = PHASE_BETWEEN;
    } else if (in_cycle && path->execution == EXECUTION_RUN && is_pause(edge->to)) {
        path->cycle.stopped |= edge->to == EXECUTION_OSTOP || edge->to == EXECUTION_PSTOP;
    }
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
    if (edge.to == EXECUTION_UNAVAIL)
        lose(path, edge.at);
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

void path_cycles_mark(struct path_cycles *path, int64_t flags)
{
    if (path->phase == PHASE_IN_CYCLE)
        path->cycle.flags |= flags;
    if (flags & CYCLE_GAP)
        path->segments.is_uncertain = true;
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

static bool is_probing(const struct path_cycles *path, const struct path_site *site)
{
    return cycle_options_match(&site->options->probe_programs, path->levels.program) ||
           (path->levels.tool[0] &&
            cycle_options_match(&site->options->probe_tools, path->levels.tool));
}

static void hear_program(struct path_cycles *path, const struct path_site *site,
                         const struct sample *sample)
{
    char *program = path->levels.program;
    bool is_new = strcmp(program, sample->value.text) != 0;

    if (is_new && path->phase == PHASE_IN_CYCLE && *program &&
        sample->at.mono_ns - path->cycle.start.mono_ns > SETTLING_NS) {
        struct moment at = later(sample->at, path->since);
        enum execution execution = path->execution;

        path_cycles_close(path, site, at, 0, ENDING_IDLE);
        path_cycles_emit(path, site);
        (void)text_copy(program, sizeof(path->levels.program), sample->value.text);
        path->is_probing = is_probing(path, site);
        path_cycles_open(path, site, at, 0);
        path->execution = execution;
        return;
    }
    (void)text_copy(program, sizeof(path->levels.program), sample->value.text);
    path->is_probing = is_probing(path, site);
}

static void hear_tool(struct path_cycles *path, const struct path_site *site,
                      const struct sample *sample)
{
    const char *tool = sample_is_good(sample) ? sample->value.text : "";
    bool same = strcmp(tool, path->levels.tool) == 0;
    int64_t width = poll_slot_observe(&path->tool_slot, site->options, sample, same);

    if (same)
        return;

    struct moment at = moment_plus(sample->at, -width / 2);
    struct segment_cycle cycle = {path->cycle.start, path->cycle.no};
    if (path->phase == PHASE_IN_CYCLE) {
        at = later(at, path->cycle.start);
        struct segment_clocks clocks = path_cycles_clocks(path, at);
        segments_tool(&path->segments, &site->outlet, &cycle, tool, at, &clocks);
    }
    (void)text_copy(path->levels.tool, sizeof(path->levels.tool), tool);
    path->is_probing = is_probing(path, site);
    path_cycles_refresh_motion(path, site, at);
}

static void hear_pallet(struct path_cycles *path, const struct path_site *site,
                        const struct sample *sample)
{
    bool is_new = strcmp(path->levels.pallet, sample->value.text) != 0;
    struct moment at = later(sample->at, path->since);

    (void)text_copy(path->levels.pallet, sizeof(path->levels.pallet), sample->value.text);
    if (!is_new || path->phase != PHASE_IN_CYCLE ||
        site->options->pallet_change != PALLET_CHANGE_BOUNDARY)
        return;

    enum execution execution = path->execution;
    path_cycles_close(path, site, at, 0, ENDING_DONE);
    path_cycles_emit(path, site);
    path_cycles_open(path, site, at, 0);
    path->execution = execution;
}

/* MDI or manual at the very moment a cycle seemed to begin: it was none. */
static void hear_mode(struct path_cycles *path, const struct path_site *site,
                      const struct sample *sample)
{
    bool began_now =
        path->phase == PHASE_IN_CYCLE && path->cycle.start.mono_ns == sample->at.mono_ns;
    struct execution_edge edge = {
        .to = EXECUTION_RUN, .at = sample->at, .source = path->source};

    levels_observe(&path->levels, sample);
    if (began_now && !levels_is_automatic(&path->levels)) {
        path->cycle_no--;
        path->segments.is_open = false;
        path->phase = PHASE_BETWEEN;
        begin_gap(path, sample->at);
    } else if (path->phase == PHASE_BETWEEN && path->execution == EXECUTION_RUN &&
               levels_is_automatic(&path->levels)) {
        start_running(path, site, &edge, true);
        stops_change(&path->stops, &site->outlet, sample->at, EXECUTION_RUN);
    }
}

static void hear_fault(struct path_cycles *path)
{
    struct gap_facts *facts = &path->stops.facts;

    if (!levels_has_fault(&path->levels))
        return;
    if (path->phase == PHASE_IN_CYCLE)
        path->cycle.flags |= CYCLE_ALARM;
    if (path->stops.in_gap && !facts->fault) {
        facts->fault = true;
        (void)text_copy(facts->text, sizeof(facts->text), path->levels.fault_code);
    }
}

static void hear_modifiers(struct path_cycles *path)
{
    if (path->phase != PHASE_IN_CYCLE)
        return;
    path->cycle.single_block |= path->levels.single_block;
    path->cycle.axis_lock |= path->levels.axis_lock;
    path->cycle.dry_run |= path->levels.dry_run;
}

static void hear_load(struct path_cycles *path, const struct path_site *site,
                      const struct sample *sample)
{
    const struct levels *levels = &path->levels;
    bool was_cutting = path->motion.points[path->motion.newest].flags & MOTION_CUTTING;

    path_cycles_refresh_motion(path, site, sample->at);
    segments_load(&path->segments, sample->at.mono_ns, levels_load(levels),
                  levels_speed(levels), levels->air.seen ? levels->air.mean : 0,
                  was_cutting && path->execution == EXECUTION_RUN);
}

static void hear_other(struct path_cycles *path, const struct path_site *site,
                       const struct sample *sample)
{
    levels_observe(&path->levels, sample);
    switch (sample->signal) {
    case SIGNAL_FEED:
    case SIGNAL_FEED_OVERRIDE:
    case SIGNAL_CUTTING:
    case SIGNAL_FUNCTION:
        path_cycles_refresh_motion(path, site, sample->at);
        break;
    case SIGNAL_SPINDLE_LOAD:
    case SIGNAL_SPINDLE_SPEED:
        hear_load(path, site, sample);
        break;
    case SIGNAL_MODE_OVERRIDE:
        hear_modifiers(path);
        break;
    case SIGNAL_ALARM:
    case SIGNAL_CONDITION:
        hear_fault(path);
        break;
    case SIGNAL_EMERGENCY_STOP:
        hear_fault(path);
        if (path->levels.emergency)
            path_cycles_abort(path, site, sample->at);
        break;
    default:
        break;
    }
}

void path_cycles_observe(struct path_cycles *path, const struct path_site *site,
                         const struct sample *sample)
{
    if (!path->has_first) {
        path->has_first = true;
        path->first = sample->at;
        path_cycles_refresh_motion(path, site, sample->at);
    }
    if (path->stops.in_gap)
        path_cycles_account_gap(path, sample->at);
    switch (sample->signal) {
    case SIGNAL_PART_COUNT:
        if (sample_is_good(sample))
            path_cycles_count(path, site, sample);
        break;
    case SIGNAL_PROGRAM:
        if (sample_is_good(sample))
            hear_program(path, site, sample);
        break;
    case SIGNAL_TOOL:
        hear_tool(path, site, sample);
        break;
    case SIGNAL_PALLET:
        if (sample_is_good(sample))
            hear_pallet(path, site, sample);
        break;
    case SIGNAL_MODE:
        hear_mode(path, site, sample);
        break;
    case SIGNAL_RESET:
        if (sample_is_good(sample) && sample->value.integer)
            path_cycles_abort(path, site, sample->at);
        break;
    default:
        hear_other(path, site, sample);
        break;
    }
}
