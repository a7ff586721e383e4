/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/machine_cycles.h"

#include "daemon/analytics/cycle/machine_inside.h"
#include "daemon/analytics/cycle/machine_loss.h"
#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LAYOUT UINT32_C(13)

int machine_cycles_create(const struct tracker_options *options,
                          struct machine_cycles **ret_cycles)
{
    struct machine_cycles *cycles = pages_take(sizeof(*cycles));

    if (!cycles)
        return -ENOMEM;
    cycles->options = *options;
    cycle_options_init(&cycles->defaults);
    cycles->cycle = options->cycle ? options->cycle : &cycles->defaults;
    calendar_init(&cycles->calendar, options->calendar);
    cycles->state.layout = LAYOUT;
    cycles->state.size = sizeof(cycles->state);
    job_init(&cycles->state.job);
    for (size_t i = 0; i < PATHS_MAX; i++) {
        execution_init(&cycles->state.executions[i]);
        cycles->views[i].tool = cycles->state.paths[i].levels.tool;
        cycles->views[i].program = cycles->state.paths[i].levels.program;
        cycles->views[i].speed = cycles->views[i].load = NAN;
        cycles->views[i].feed = cycles->views[i].feed_override = NAN;
    }
    *ret_cycles = cycles;
    return 0;
}

void machine_cycles_destroy(struct machine_cycles *cycles)
{
    pages_free(cycles);
}

static int64_t parts_per_cycle(const struct machine_cycles *cycles)
{
    const struct part_options *part = job_part(&cycles->state.job, &cycles->options);
    int64_t parts = part && part->parts_per_cycle > 1 ? part->parts_per_cycle
                                                      : cycles->cycle->parts_per_cycle;

    return parts > 0 ? parts : 1;
}

/* Counts what was made while records pass by. */
struct listener {
    struct machine_cycles *cycles;
    const struct record_sink *out;
};

static void listen(void *owner, const struct record *record)
{
    struct listener *listener = owner;
    struct job *job = &listener->cycles->state.job;

    listener->out->append(listener->out->owner, record);
    if (record->kind == RECORD_CYCLE)
        job_count(job, &listener->cycles->options, record, listener->out);
}

struct path_site machine_cycles_site(const struct machine_cycles *cycles, size_t path,
                                     const struct record_sink *sink)
{
    return (struct path_site){
        .options = cycles->cycle,
        .parts_per_cycle = parts_per_cycle(cycles),
        .outlet = {.sink = sink,
                   .cell = cycles->options.cell ? cycles->options.cell : "",
                   .machine = cycles->options.machine ? cycles->options.machine : "",
                   .context = &cycles->state.job.context,
                   .path = (int64_t)path + 1,
                   .calendar = cycles->options.calendar ? &cycles->calendar : NULL},
    };
}

static size_t master(const struct machine_cycles *cycles)
{
    return (size_t)cycles->cycle->master_path - 1;
}

static bool is_union(const struct machine_cycles *cycles)
{
    return cycles->cycle->paths == PATHS_UNION;
}

/* The busiest path says what the machine does: the union of domain.md 1.3. */
static enum execution combine(const struct machine_cycles *cycles)
{
    static const enum execution busiest[] = {
        EXECUTION_RUN,  EXECUTION_HOLD, EXECUTION_OSTOP,   EXECUTION_PSTOP,
        EXECUTION_WAIT, EXECUTION_DONE, EXECUTION_UNAVAIL,
    };

    for (size_t rank = 0; rank < sizeof(busiest) / sizeof(*busiest); rank++)
        for (size_t i = 0; i < PATHS_MAX; i++)
            if (cycles->state.executions[i].is_known &&
                cycles->state.executions[i].execution == busiest[rank])
                return busiest[rank];
    return EXECUTION_IDLE;
}

static bool has_one_path(const struct machine_cycles *cycles)
{
    int known = 0;

    for (size_t i = 0; i < PATHS_MAX; i++)
        known += cycles->state.executions[i].is_known;
    return known <= 1;
}

void machine_cycles_apply(struct machine_cycles *cycles, size_t path,
                          const struct execution_edges *edges,
                          const struct record_sink *sink)
{
    bool joined = is_union(cycles);
    size_t index = joined ? master(cycles) : path;
    struct path_site site = machine_cycles_site(cycles, index, sink);
    bool alone = has_one_path(cycles);

    for (size_t i = 0; i < edges->count; i++) {
        struct execution_edge edge = edges->items[i];

        if (edge.to == EXECUTION_UNAVAIL)
            edge.source = cycles->state.executions[path].source;
        if (joined && !alone)
            edge.to = combine(cycles);
        if (cycles->state.paths[index].has_execution &&
            cycles->state.paths[index].execution == edge.to)
            continue;
        path_cycles_edge(&cycles->state.paths[index], &site, &edge);
    }
}

static void refresh_view(struct machine_cycles *cycles, size_t index)
{
    const struct path_cycles *path = &cycles->state.paths[index];
    struct path_view *view = &cycles->views[index];

    view->is_known = path->has_first;
    view->execution = path->execution;
    view->in_cycle = path->phase == PHASE_IN_CYCLE;
    view->is_cutting = view->in_cycle && path->execution == EXECUTION_RUN &&
                       path->motion.points[path->motion.newest].flags & MOTION_CUTTING;
    view->cycle_no = view->in_cycle ? path->cycle.no : path->cycle_no;
    view->since = view->in_cycle ? path->cycle.start : path->ended;
    view->state_since = stops_since(&path->stops);
    view->speed = levels_speed(&path->levels);
    view->load = levels_load(&path->levels);
    view->feed = path->levels.feed;
    view->feed_override = path->levels.feed_override;
}

static void advance_path(struct machine_cycles *cycles, size_t index, struct moment now,
                         const struct record_sink *sink)
{
    struct execution_edges edges = {0};
    struct path_site site = machine_cycles_site(cycles, index, sink);

    if (!cycles->state.is_heard[index])
        return;
    execution_advance(&cycles->state.executions[index], cycles->cycle, now, &edges);
    if (edges.count)
        machine_cycles_apply(cycles, index, &edges, sink);
    path_cycles_advance(&cycles->state.paths[index], &site, now);
}

static void observe_path(struct machine_cycles *cycles, size_t index,
                         const struct sample *sample, const struct record_sink *sink)
{
    struct execution_edges edges = {0};
    size_t target = is_union(cycles) ? master(cycles) : index;
    struct path_site site = machine_cycles_site(cycles, target, sink);

    path_cycles_begin(&cycles->state.paths[target]);
    path_cycles_turn(&cycles->state.paths[target], &site, sample->at);
    execution_observe(&cycles->state.executions[index], cycles->cycle, sample, &edges);
    path_cycles_draw(&cycles->state.paths[target], &site,
                     &cycles->state.executions[index]);
    if (edges.count)
        machine_cycles_apply(cycles, index, &edges, sink);
    if (target != index && !arrivals_is_shared(sample->signal))
        return;
    path_cycles_mark(&cycles->state.paths[target], sample->at,
                     (sample->flags & SAMPLE_CLOCK ? CYCLE_CLOCK : 0) |
                         (edges.misses ? CYCLE_GAP : 0));
    path_cycles_observe(&cycles->state.paths[target], &site, sample);
    refresh_view(cycles, target);
}

void machine_cycles_observe(struct machine_cycles *cycles, const struct sample *given,
                            const struct record_sink *out)
{
    struct machine_state *state = &cycles->state;
    struct listener listener = {cycles, out};
    const struct record_sink sink = {&listener, listen};
    struct sample sample = *given;

    for (size_t i = 0; sample.flags & SAMPLE_JUMP && i < PATHS_MAX; i++)
        path_cycles_mark(&state->paths[i], sample.at, CYCLE_CLOCK);
    if (!arrivals_is_of_use(sample.signal) || sample.path < 1 || sample.path > PATHS_MAX)
        return;
    if (cycles->is_restored)
        cycles->shift_ns = arrivals_shift_ns(state->seen, sample.at);
    sample.at.mono_ns += cycles->shift_ns;
    if (sample.signal == SIGNAL_GAP) {
        machine_loss_hear(cycles, &sample, &sink);
        return;
    }

    arrivals_place(&state->arrivals, &sample);
    if (cycles->is_restored)
        machine_loss_come_back(cycles, &sample, &sink);
    machine_loss_miss(cycles, &sample, &sink);
    if (sample.at.mono_ns > state->seen.mono_ns)
        state->seen = sample.at;
    for (size_t i = 0; i < PATHS_MAX; i++)
        advance_path(cycles, i, sample.at, &sink);
    if (sample.signal == SIGNAL_PROGRAM && sample_is_good(&sample) &&
        sample.path - 1U == master(cycles))
        job_hear_program(&state->job, &cycles->options, sample.value.text);
    state->is_heard[sample.path - 1] = true;
    bool is_shared = !is_union(cycles) && arrivals_is_shared(sample.signal);
    for (size_t i = 0; i < PATHS_MAX; i++)
        if (is_shared ? state->is_heard[i] : i == sample.path - 1U)
            observe_path(cycles, i, &sample, &sink);
}

void machine_cycles_advance(struct machine_cycles *cycles, struct moment now,
                            const struct record_sink *out)
{
    struct listener listener = {cycles, out};
    const struct record_sink sink = {&listener, listen};

    if (cycles->is_restored)
        return; /* time before the first sample is not known to have passed idle */
    now.mono_ns += cycles->shift_ns;
    if (now.mono_ns > cycles->state.seen.mono_ns)
        cycles->state.seen = now;
    for (size_t i = 0; i < PATHS_MAX; i++)
        advance_path(cycles, i, now, &sink);
}

static void explain(struct machine_cycles *cycles, const struct statement *statement,
                    const struct record_sink *sink)
{
    struct path_site master_site = machine_cycles_site(cycles, master(cycles), sink);
    bool is_found = false;

    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct path_site site = machine_cycles_site(cycles, i, sink);

        if (cycles->state.is_heard[i])
            is_found |= stops_explain(&cycles->state.paths[i].stops, &site.outlet,
                                      statement->about, statement->text);
    }
    if (!is_found)
        outlet_announce(&master_site.outlet, statement->at,
                        &(struct notice){"reason_unused",
                                         "no stop at this time is remembered: the reason "
                                         "changed nothing",
                                         (double)statement->about.wall_ns / 1e9,
                                         RECORD_UNKNOWN, SEVERITY_NOTICE});
}

void machine_cycles_tell(struct machine_cycles *cycles, const struct statement *statement,
                         const struct record_sink *out)
{
    struct path_site site = machine_cycles_site(cycles, master(cycles), out);

    job_tell(&cycles->state.job, &cycles->options, statement, &site.outlet);
    for (size_t i = 0; i < PATHS_MAX; i++) {
        if (statement->kind == STATEMENT_TOOL_CHANGED)
            path_cycles_changed_tool(&cycles->state.paths[i]);
        if (statement->kind == STATEMENT_RUN_START)
            path_cycles_set_up(&cycles->state.paths[i]);
    }
    if (statement->kind == STATEMENT_REASON)
        explain(cycles, statement, out);
}

const struct context *machine_cycles_context(const struct machine_cycles *cycles)
{
    return &cycles->state.job.context;
}

struct run_view machine_cycles_run(const struct machine_cycles *cycles)
{
    const struct job *job = &cycles->state.job;

    return (struct run_view){
        .is_running = job->is_running,
        .started = job->run.started,
        .target = job->run.target,
        .parts = job->run.parts,
        .good = job->run.good,
    };
}

const struct path_view *machine_cycles_paths(const struct machine_cycles *cycles)
{
    return cycles->views;
}

void machine_cycles_save(const struct machine_cycles *cycles, struct text *text)
{
    text_add_bytes(text, (const char *)&cycles->state, sizeof(cycles->state));
}

int machine_cycles_restore(struct machine_cycles *cycles, const void *bytes,
                           size_t length)
{
    uint32_t head[2];

    if (length != sizeof(cycles->state))
        return -EPROTO;
    memcpy(head, bytes, sizeof(head));
    if (head[0] != LAYOUT || head[1] != length)
        return -EPROTO;
    pages_copy(&cycles->state, bytes, length);
    cycles->is_restored = true;
    for (size_t i = 0; i < PATHS_MAX; i++)
        if (cycles->state.paths[i].is_begun)
            refresh_view(cycles, i);
    return 0;
}
