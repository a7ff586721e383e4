/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_cycle.h"

#include "daemon/analytics/cycle/path_parts.h"

#include <math.h>
#include <string.h>

#define COLD_GAP_S 1800.0 /* longer idle: the next cycles run on a cold machine */
#define MARKED     2      /* cycles after a set-up, a tool change, a cold start */

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

void path_cycles_account_gap(struct path_cycles *path, struct moment at)
{
    struct gap_facts *facts = &path->stops.facts;
    const struct levels *levels = &path->levels;
    int64_t passed = at.mono_ns - path->gap_seen.mono_ns;

    if (passed <= 0)
        return;
    path->gap_seen = at;
    if (!path->stops.in_gap)
        return;
    if (levels->has_function &&
        (levels->function == FUNCTION_SETUP || levels->function == FUNCTION_TEARDOWN))
        facts->setup_ns += passed;
    if (levels->has_function && levels->function == FUNCTION_MAINTENANCE)
        facts->maintenance_ns += passed;
    if (path->execution == EXECUTION_RUN)
        facts->manual_ns += passed;
    facts->has_door = levels->has_door;
    if (levels->door_open || levels->chuck_open || levels->waits_for_part)
        facts->open_ns += passed;
    facts->bar |= levels->bar_end;
}

static bool is_turning(const struct levels *levels)
{
    return levels->top_speed > 0 ? levels_turn(levels) : levels->draw == DRAW_TURNS;
}

/* Of a machine of which only the spindle is known nothing but that tells cuts. */
static bool is_spindle_alone(const struct path_cycles *path)
{
    return (path->source == SEG_SOURCE_SPINDLE || !path->has_execution) &&
           !path->levels.has_bit && !path->levels.has_feed;
}

static bool draws_cut(const struct levels *levels)
{
    return levels->draw == DRAW_CUTS && !levels->has_bit && !levels->has_feed &&
           !(levels->top_speed > 0);
}

/* Does the feed override have a say? Where the control tells cuts, only in them. */
static bool is_fed(const struct levels *levels)
{
    if (levels->has_bit)
        return levels->cutting_bit;
    return !levels->has_feed || (levels->feed > 0 && !levels_is_rapid(levels));
}

static unsigned motion_flags(const struct path_cycles *path, const struct path_site *site,
                             bool turns)
{
    const struct levels *levels = &path->levels;
    bool cuts = levels_is_cutting(levels, site->options) || draws_cut(levels) ||
                (turns && is_spindle_alone(path));
    bool tries =
        levels->has_function && (levels->function == FUNCTION_SETUP ||
                                 levels->function == FUNCTION_PROCESS_DEVELOPMENT);

    return (cuts ? MOTION_CUTTING : 0U) | (turns ? MOTION_TURNING : 0U) |
           (!turns && levels_may_turn(levels) ? MOTION_RAMP : 0U) |
           (path->is_probing ? MOTION_PROBING : 0U) |
           (path->is_auxiliary && !path->is_probing ? MOTION_AUX : 0U) |
           (is_fed(levels) ? MOTION_FEEDING : 0U) | (tries ? MOTION_TRIAL : 0U);
}

void path_cycles_refresh_motion(struct path_cycles *path, const struct path_site *site,
                                struct moment at)
{
    struct levels *levels = &path->levels;
    double ratio = levels->feed_override / 100;

    if (levels->late_ns)
        motion_set(&path->motion, levels->late_ns, motion_flags(path, site, true), ratio);
    levels->late_ns = 0;
    motion_set(&path->motion, at.mono_ns, motion_flags(path, site, is_turning(levels)),
               ratio);
}

void path_cycles_draw(struct path_cycles *path, const struct path_site *site,
                      const struct execution_state *execution)
{
    int64_t at_ns = 0;
    bool is_new = path->levels.draw == DRAW_UNKNOWN && path->motion.count <= 1;
    uint32_t back = is_new ? RISE_VALUES : 1;

    path->levels.turns_by_draw = spindle_level_sees_turning(&execution->level);
    while (back-- > 0) {
        enum spindle_draw draw = execution_draw(execution, back, &at_ns);

        if (draw == path->levels.draw || (draw == DRAW_UNKNOWN && back > 0))
            continue;
        path->levels.draw = draw;
        if (path->has_first)
            path_cycles_refresh_motion(
                path, site, moment_plus(path->first, at_ns - path->first.mono_ns));
    }
}

/* Running totals of the open cycle at `at`. */
static struct motion_totals totals_at(const struct path_cycles *path, struct moment at)
{
    struct motion_totals totals = path->cycle.run;

    if (path->execution == EXECUTION_RUN && at.mono_ns > path->since.mono_ns) {
        struct motion_totals now = motion_at(&path->motion, at.mono_ns);

        motion_add(&totals, &now, &path->cycle.run_from);
    }
    return totals;
}

struct segment_clocks path_cycles_clocks(const struct path_cycles *path, struct moment at)
{
    struct motion_totals totals = totals_at(path, at);
    int64_t timed = path->levels.timer_ns - path->cycle.timer_from;
    bool is_running =
        path->execution == EXECUTION_RUN && at.mono_ns > path->since.mono_ns;
    int64_t running = is_running ? at.mono_ns - path->since.mono_ns : 0;

    return (struct segment_clocks){
        .run_ns = path->cycle.spent[EXECUTION_RUN] + running,
        .cut_ns = path->levels.has_timer ? timed : totals.cutting,
        .gain_ns = totals.gain,
        .mean = totals.mean,
        .mean_ns = (double)totals.overridden,
    };
}

void path_cycles_settle(struct path_cycles *path, struct moment at)
{
    if (path->phase == PHASE_IN_CYCLE) {
        path->cycle.run = totals_at(path, at);
        path->cycle.spent[path->execution] += at.mono_ns - path->since.mono_ns;
        path->cycle.run_from = motion_at(&path->motion, at.mono_ns);
    }
    path->since = at;
}

static struct segment_cycle segment_cycle(const struct path_cycles *path)
{
    return (struct segment_cycle){path->cycle.start, path->cycle.no};
}

void path_cycles_open(struct path_cycles *path, const struct path_site *site,
                      struct moment at, double variance_s2)
{
    const struct levels *levels = &path->levels;
    struct open_cycle *cycle = &path->cycle;

    path_cycles_account_gap(path, at);
    if (path->stops.in_gap && path->has_ended && path->ended_program[0] &&
        strcmp(path->ended_program, levels->program) != 0)
        path->stops.facts.setup = true;
    struct pause gap = stops_end_gap(&path->stops, &site->outlet, site->options, at);

    memset(cycle, 0, sizeof(*cycle));
    cycle->start = cycle->program_at = at;
    cycle->variance_s2 = variance_s2;
    cycle->no = ++path->cycle_no;
    cycle->has_previous = path->has_ended;
    cycle->previous_end = path->ended;
    cycle->gap = gap;
    cycle->gap.seconds = moment_seconds(path->ended, at);
    cycle->timer_from = levels->timer_ns;
    cycle->energy_from = levels->energy_ns;
    (void)text_copy(cycle->pallet, sizeof(cycle->pallet), levels->pallet);
    if (gap.is_known && gap.reason == REASON_SETUP && path->has_ended)
        path->setup_left = MARKED;
    if (gap.is_known && gap.seconds > COLD_GAP_S)
        path->cold_left = MARKED;
    cycle->flags |= levels_has_fault(levels) ? CYCLE_ALARM : 0;
    cycle->single_block = levels->single_block;
    cycle->axis_lock = levels->axis_lock;
    cycle->dry_run = levels->dry_run;

    path->loop.count = 0;
    path->phase = PHASE_IN_CYCLE;
    path->execution = EXECUTION_RUN;
    path->since = at;
    cycle->run_from = motion_at(&path->motion, at.mono_ns);
    struct segment_clocks clocks = path_cycles_clocks(path, at);
    segments_begin(&path->segments,
                   levels->spindle_empty ? levels->last_tool : levels->tool,
                   levels->spindle_empty, at, &clocks);
}

void path_cycles_vote_program(struct path_cycles *path, struct moment at)
{
    struct open_cycle *cycle = &path->cycle;
    const char *program = path->levels.program;
    int64_t passed = at.mono_ns - cycle->program_at.mono_ns;

    if (passed <= 0)
        return;
    cycle->program_at = at;
    if (strcmp(cycle->main_program, program) == 0) {
        cycle->main_ns += passed;
        return;
    }
    cycle->main_ns -= passed;
    if (cycle->main_ns >= 0)
        return;
    cycle->main_ns = -cycle->main_ns;
    (void)text_copy(cycle->main_program, sizeof(cycle->main_program), program);
}

/* The program of the cycle that ends. Only the spindle is believed by itself: a log that
 * has no more than that shows stale programs, too. */
static const char *program_of(struct path_cycles *path, struct moment at)
{
    if (path->source != SEG_SOURCE_SPINDLE)
        return path->levels.program;
    path_cycles_vote_program(path, at);
    return path->cycle.main_program;
}

/* No bucket holds less than nothing, nor more than is left. */
static int64_t take_share(int64_t *left, int64_t wanted)
{
    int64_t share = wanted < 0 ? 0 : wanted < *left ? wanted : *left;

    *left -= share;
    return share;
}

/* Every second of it in one bucket; what is left of the running time is `noncut`. */
static void fill_times(const struct path_cycles *path, const struct path_site *site,
                       struct cycle_record *cycle)
{
    const struct open_cycle *open = &path->cycle;
    int64_t net = open->spent[EXECUTION_RUN] + open->spent[EXECUTION_DONE] +
                  open->spent[EXECUTION_IDLE];
    int64_t left = net;
    int64_t change = take_share(&left, path->segments.change_ns);
    int64_t probe = take_share(&left, open->run.probing);
    int64_t aux = take_share(&left, open->run.aux);
    int64_t cut = take_share(&left, path->levels.has_timer
                                        ? path->levels.timer_ns - open->timer_from
                                        : open->run.cutting);

    cycle->hold = seconds(open->spent[EXECUTION_HOLD]);
    cycle->ostop = seconds(open->spent[EXECUTION_OSTOP]);
    cycle->pstop = seconds(open->spent[EXECUTION_PSTOP]);
    cycle->wait = seconds(open->spent[EXECUTION_WAIT]);
    cycle->unknown = seconds(open->spent[EXECUTION_UNAVAIL]);
    cycle->net = seconds(net);
    cycle->cut = seconds(cut);
    cycle->tchg = seconds(change);
    cycle->probe = seconds(probe);
    cycle->aux = seconds(aux);
    cycle->noncut = seconds(left);
    cycle->cut_source = levels_cut_source(&path->levels, site->options);
    if (cycle->cut_source == CUT_SOURCE_NONE && cut > 0)
        cycle->cut_source = CUT_SOURCE_LOAD;
    if (path->levels.top_speed > 0 || path->levels.turns_by_draw)
        cycle->spindle_on = seconds(open->run.turning);
    cycle->ovr_loss = open->run.overridden > 0 ? open->run.gain / 1e9 : 0;
    cycle->ct100 = cycle->net + cycle->ovr_loss;
}

void path_cycles_follow(struct path_cycles *path, const struct path_site *site,
                        struct moment at, double variance_s2)
{
    enum execution execution = path->execution;
    int64_t unsure_ns = (int64_t)(sqrt(3 * variance_s2) * 1e9); /* half the interval */

    path_cycles_open(path, site, at, variance_s2);
    path->execution = execution;
    if (path->is_missing && path->missed_at.mono_ns >= at.mono_ns - unsure_ns)
        path->cycle.flags |= CYCLE_GAP;
}

static int64_t take(int64_t *left, int64_t flag)
{
    if (*left <= 0)
        return 0;
    --*left;
    return flag;
}

static int64_t closing_flags(struct path_cycles *path)
{
    int64_t flags = path->cycle.flags;

    flags |= take(&path->setup_left, CYCLE_FIRST_AFTER_SETUP);
    flags |= take(&path->tool_left, CYCLE_FIRST_AFTER_TOOL);
    flags |= take(&path->cold_left, CYCLE_COLD);
    flags |= path->cycle.run.changed > 0 ? CYCLE_OVERRIDE : 0;
    flags |= path->cycle.spent[EXECUTION_UNAVAIL] > 0 ? CYCLE_GAP : 0;
    return flags;
}

void path_cycles_finish(struct path_cycles *path, const struct path_site *site,
                        struct moment at, double variance_s2, enum ending ending)
{
    struct open_cycle *open = &path->cycle;
    struct record *record = &path->pending;
    struct cycle_record *cycle = &record->cycle;

    record_init(record, RECORD_CYCLE, at);
    outlet_stamp(&site->outlet, record);
    cycle->ct = moment_seconds(open->start, at);
    fill_times(path, site, cycle);
    cycle->gap = open->has_previous ? open->gap.seconds : (double)NAN;
    cycle->load = open->has_previous && open->gap.is_known ? open->gap.load : (double)NAN;
    cycle->u_ct = sqrt(open->variance_s2 + variance_s2);
    cycle->parts = open->parts;
    cycle->count = 1;
    cycle->flags = closing_flags(path);
    cycle->cycle_no = open->no;
    if (path->levels.has_energy)
        cycle->energy_kwh = seconds(path->levels.energy_ns - open->energy_from);
    (void)text_copy(cycle->program, sizeof(cycle->program), program_of(path, at));
    cycle->prog_id = cycle->program[0] ? program_id(cycle->program) : RECORD_UNKNOWN;
    (void)text_copy(cycle->pallet, sizeof(cycle->pallet), open->pallet);
    cycle->seg_source = path->source;
    cycle->started_s = (double)open->start.wall_ns / 1e9;

    path->pending_ending = ending;
    path->pending_was_held =
        path->execution == EXECUTION_HOLD && path->source == SEG_SOURCE_EXECUTION;
    path->phase = PHASE_PENDING;
    path->deadline_ns =
        at.mono_ns + (int64_t)(path_cycles_grace(path, site->options) * 1e9);
    path->ended = at;
    path->has_ended = true;
    path->tool_changed = false;
    (void)text_copy(path->ended_program, sizeof(path->ended_program), cycle->program);
    if (open->was_counted && ending != ENDING_COUNT)
        path->lags[path->lags_count++ % RECENT] = moment_seconds(open->counted_at, at);
}

void path_cycles_close(struct path_cycles *path, const struct path_site *site,
                       struct moment at, double variance_s2, enum ending ending)
{
    path_cycles_settle(path, at);

    struct segment_clocks clocks = path_cycles_clocks(path, at);
    struct segment_cycle told = segment_cycle(path);
    segments_end(&path->segments, &site->outlet, &told, at, &clocks);
    path_cycles_finish(path, site, at, variance_s2, ending);
}
