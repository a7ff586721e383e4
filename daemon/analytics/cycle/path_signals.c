/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/analytics/cycle/path_parts.h"

#include <string.h>

#define SETTLING_NS (2 * NS_PER_S) /* a program name may come this late */
#define FLICKER_NS  (5 * NS_PER_S) /* another one shown for less is none */

static struct moment moment_later(struct moment a, struct moment b)
{
    return a.mono_ns >= b.mono_ns ? a : b;
}

static bool is_probing(const struct path_cycles *path, const struct path_site *site)
{
    const struct levels *levels = &path->levels;

    return cycle_options_cover(&site->options->probe_lines, levels->program,
                               levels->line) ||
           cycle_options_match(&site->options->probe_programs, path->levels.program) ||
           (path->levels.tool[0] &&
            cycle_options_match(&site->options->probe_tools, path->levels.tool));
}

/* Is this line, program or tool one that probes, or handles parts? */
static void refresh_work(struct path_cycles *path, const struct path_site *site)
{
    path->is_probing = is_probing(path, site);
    path->is_auxiliary = cycle_options_cover(&site->options->aux_lines,
                                             path->levels.program, path->levels.line);
}

static void hear_line(struct path_cycles *path, const struct path_site *site,
                      const struct sample *sample)
{
    bool was_probing = path->is_probing, was_auxiliary = path->is_auxiliary;
    int64_t line = sample_is_good(sample) ? sample->value.integer : RECORD_UNKNOWN;
    int64_t width = poll_slot_observe(&path->line_slot, site->options, sample,
                                      line == path->levels.line);

    path->levels.line = line;
    if (path->phase == PHASE_IN_CYCLE && line > path->cycle.top_line)
        path->cycle.top_line = line;
    refresh_work(path, site);
    if (path->is_probing != was_probing || path->is_auxiliary != was_auxiliary)
        path_cycles_refresh_motion(path, site, moment_plus(sample->at, -width / 2));
}

/*
 * Subprograms, and names that are read half way through a change, are shown for a moment:
 * another program ends the cycle when it is still shown FLICKER_NS later.
 */
void path_cycles_turn(struct path_cycles *path, const struct path_site *site,
                      struct moment now)
{
    if (!path->turns_program || now.mono_ns - path->turned_at.mono_ns < FLICKER_NS)
        return;

    struct moment at = moment_later(path->turned_at, path->since);
    bool ends = path->phase == PHASE_IN_CYCLE &&
                at.mono_ns - path->cycle.start.mono_ns > SETTLING_NS;

    path->turns_program = false;
    if (ends) {
        path_cycles_close(path, site, at, 0, ENDING_IDLE);
        path_cycles_emit(path, site);
    }
    (void)text_copy(path->levels.program, sizeof(path->levels.program),
                    path->next_program);
    refresh_work(path, site);
    if (ends)
        path_cycles_follow(path, site, at, 0);
}

static void hear_program(struct path_cycles *path, const struct path_site *site,
                         const struct sample *sample)
{
    char *program = path->levels.program;
    const char *shown = sample->value.text;
    bool is_new = strcmp(program, shown) != 0;

    if (path->phase == PHASE_IN_CYCLE && path->source == SEG_SOURCE_SPINDLE) {
        path_cycles_vote_program(path, sample->at);
        is_new = false; /* the spindle alone says where a cycle ends */
    }
    if (is_new && path->phase == PHASE_IN_CYCLE && *program &&
        sample->at.mono_ns - path->cycle.start.mono_ns > SETTLING_NS) {
        if (!path->turns_program)
            path->turned_at = sample->at;
        path->turns_program = *shown != '\0';
        (void)text_copy(path->next_program, sizeof(path->next_program), shown);
        return;
    }
    path->turns_program = false;
    (void)text_copy(program, sizeof(path->levels.program), shown);
    refresh_work(path, site);
}

/* "0", "00", "0.000000": no tool, on all machines that ever show another. */
static bool is_zero(const char *tool)
{
    return tool[0] == '0' && strspn(tool, "0.") == strlen(tool);
}

/* What the sample says is in the spindle; "" = nothing, or nobody knows. */
static const char *read_tool(struct path_cycles *path, const struct sample *sample)
{
    struct levels *levels = &path->levels;
    const char *tool = sample_is_good(sample) ? sample->value.text : "";

    if (*tool && !is_zero(tool) && !levels->has_tools) {
        levels->has_tools = true;
        if (is_zero(levels->tool)) {
            levels->tool[0] = '\0';
            segments_empty(&path->segments);
        }
    }
    if (is_zero(tool) && levels->has_tools)
        tool = "";
    levels->spindle_empty = !*tool && sample_is_good(sample);
    if (*tool)
        (void)text_copy(levels->last_tool, sizeof(levels->last_tool), tool);
    return tool;
}

static void hear_tool(struct path_cycles *path, const struct path_site *site,
                      const struct sample *sample)
{
    const char *tool = read_tool(path, sample);
    bool same = strcmp(tool, path->levels.tool) == 0;
    int64_t width = poll_slot_observe(&path->tool_slot, site->options, sample, same);

    if (same)
        return;

    struct moment at = moment_plus(sample->at, -width / 2);
    path->turned_at = moment_later(path->turned_at, at); /* what is told stays told */
    struct segment_cycle cycle = {path->cycle.start, path->cycle.no};
    if (path->phase == PHASE_IN_CYCLE) {
        at = moment_later(at, path->cycle.start);
        at = moment_later(at, segments_since(&path->segments));
        struct segment_clocks clocks = path_cycles_clocks(path, at);
        segments_tool(&path->segments, &site->outlet, &cycle, tool, at, &clocks);
    }
    (void)text_copy(path->levels.tool, sizeof(path->levels.tool), tool);
    refresh_work(path, site);
    path_cycles_refresh_motion(path, site, at);
}

static void hear_pallet(struct path_cycles *path, const struct path_site *site,
                        const struct sample *sample)
{
    bool is_new = strcmp(path->levels.pallet, sample->value.text) != 0;
    struct moment at = moment_later(sample->at, path->since);

    (void)text_copy(path->levels.pallet, sizeof(path->levels.pallet), sample->value.text);
    if (!is_new || path->phase != PHASE_IN_CYCLE ||
        site->options->pallet_change != PALLET_CHANGE_BOUNDARY)
        return;

    path_cycles_close(path, site, at, 0, ENDING_DONE);
    path_cycles_emit(path, site);
    path_cycles_follow(path, site, at, 0);
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
        path_cycles_begin_gap(path, sample->at);
    } else if (path->phase == PHASE_BETWEEN && path->execution == EXECUTION_RUN &&
               levels_is_automatic(&path->levels)) {
        path_cycles_start(path, site, &edge, true);
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
    case SIGNAL_LINE:
        hear_line(path, site, sample);
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
