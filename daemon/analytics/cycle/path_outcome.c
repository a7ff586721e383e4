/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/analytics/cycle/path_parts.h"

#include <math.h>

#define COUNTER_DEAD 5 /* cycles without a count before people are told */

static enum cycle_class judge_outcome(struct path_cycles *path,
                                      const struct cycle_options *options,
                                      struct cycle_record *cycle)
{
    bool idle_ends = options->end_rule == END_RULE_IDLE ||
                     (options->end_rule == END_RULE_AUTO && !path->has_done &&
                      !path->counter_moves && !path->pending_was_held);
    bool ends_well = path->pending_ending == ENDING_DONE ||
                     (path->pending_ending == ENDING_IDLE && idle_ends &&
                      programs_reach_end(&path->programs, options, cycle->program,
                                         path->cycle.top_line));

    if (cycle->flags & CYCLE_PARTIAL)
        return CYCLE_CLASS_PARTIAL;
    return ends_well || cycle->parts > 0 ? CYCLE_CLASS_COMPLETE : CYCLE_CLASS_ABORTED;
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void judge_kind(struct path_cycles *path, const struct path_site *site,
                       struct cycle_record *cycle)
{
    const struct open_cycle *open = &path->cycle;
    int64_t net = open->spent[EXECUTION_RUN];
    struct kind_facts facts = {
        .program = cycle->program,
        .comment = path->levels.comment,
        .lot = path->pending.context.lot,
        .single_block = open->single_block,
        .axis_lock = open->axis_lock,
        .dry_run = open->dry_run,
        .is_tail = path->is_tail && cycle->parts == 0,
        .trial_share = share(open->run.trial, net),
        .slow_share = share(open->run.slow, net),
        .energy =
            path->segments.cycle_load_s > 0 ? path->segments.cycle_energy : (double)NAN,
    };

    cycle->kind = programs_judge(&path->programs, site->options, cycle, &facts);
    programs_learn(&path->programs, cycle, &facts, open->stopped);
}

static void find_part_to_part(struct cycle_record *cycle)
{
    if (cycle->parts > 0)
        cycle->ptp =
            (cycle->gap + cycle->ct * (double)cycle->count) / (double)cycle->parts;
}

/* Where no counter is, or none that was ever seen to move, a cycle that ends well is
 * taken for its parts. */
static void assume_parts(struct path_cycles *path, const struct path_site *site)
{
    struct cycle_record *cycle = &path->pending.cycle;
    bool ends_well =
        cycle->outcome == CYCLE_CLASS_COMPLETE ||
        (cycle->outcome == CYCLE_CLASS_PARTIAL && !path->levels.has_counter &&
         !path->pending_was_held && path->pending_ending != ENDING_ABORT);

    path->last_is_assumed = false;
    if (path->counter_moves || cycle->parts > 0 || !ends_well)
        return;
    cycle->parts = site->parts_per_cycle;
    if (!path->levels.has_counter)
        return;
    path->last_is_assumed = true;
    if (++path->uncounted == COUNTER_DEAD)
        outlet_announce(&site->outlet, path->ended,
                        &(struct notice){"counter_dead",
                                         "the part counter has not moved in five cycles: "
                                         "parts are those of the cycles",
                                         COUNTER_DEAD, cycle->cycle_no, SEVERITY_NOTICE});
}

/* The program goes on where the cycle before ended: that one had been given up. */
static void judge_again(struct path_cycles *path, const struct path_site *site)
{
    const struct cycle_record *last = &path->last.cycle;
    const struct cycle_record *cycle = &path->pending.cycle;

    if (path->has_last && !path->has_done && !path->counter_moves &&
        site->options->end_rule != END_RULE_DONE && last->prog_id == cycle->prog_id &&
        last->outcome == CYCLE_CLASS_COMPLETE &&
        programs_outreach(&path->programs, site->options, cycle->program,
                          path->cycle.top_line))
        path_cycles_revoke(path, site);
}

void path_cycles_emit(struct path_cycles *path, const struct path_site *site)
{
    struct cycle_record *cycle = &path->pending.cycle;

    if (path->phase != PHASE_PENDING)
        return;
    path->phase = PHASE_BETWEEN;
    judge_again(path, site);
    cycle->outcome = judge_outcome(path, site->options, cycle);
    assume_parts(path, site);
    find_part_to_part(cycle);
    if (path->has_last && programs_is_rest(&path->programs, &path->last.cycle, cycle))
        cycle->flags |= CYCLE_RESUMED_MIDPROGRAM;
    judge_kind(path, site, cycle);
    if (cycle->outcome == CYCLE_CLASS_COMPLETE && !(cycle->flags & CYCLE_ESTIMATED))
        path->cycle_seconds[path->cycle_seconds_count++ % RECENT] = cycle->ct;
    outlet_append(&site->outlet, &path->pending);
    path->last = path->pending;
    path->has_last = true;
    path->last_end = path->ended;
}

void path_cycles_correct(struct path_cycles *path, const struct path_site *site,
                         int64_t parts)
{
    struct cycle_record *cycle = &path->last.cycle;
    int64_t counted = path->last_is_assumed || cycle->parts < 0 ? 0 : cycle->parts;

    path->last_is_assumed = false;
    cycle->parts = counted + parts;
    cycle->flags |= CYCLE_CORRECTED;
    if (cycle->outcome == CYCLE_CLASS_ABORTED)
        cycle->outcome = CYCLE_CLASS_COMPLETE;
    find_part_to_part(cycle);
    outlet_append(&site->outlet, &path->last);
}

void path_cycles_revoke(struct path_cycles *path, const struct path_site *site)
{
    struct cycle_record *cycle = &path->last.cycle;

    path->last_is_assumed = false;
    cycle->parts = 0;
    cycle->ptp = NAN;
    cycle->flags |= CYCLE_CORRECTED;
    if (cycle->outcome == CYCLE_CLASS_COMPLETE && !path->has_done)
        cycle->outcome = CYCLE_CLASS_ABORTED;
    outlet_append(&site->outlet, &path->last);
}
