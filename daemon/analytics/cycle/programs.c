/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/programs.h"

#include <math.h>

#define KNOWN_CYCLES 5
#define END_SHARE    0.95 /* of the last line: the newest ones may not have been seen */
#define EDITED_RUNS  3

/* Names that say what they are, for machines without lists. */
static const char *const warmup_names[] = {"*WARMUP*", "*WARM-UP*", "*WARM_UP*",
                                           "*WARM UP*", NULL};
static const char *const rework_names[] = {"*REWORK*", "*RE-WORK*", NULL};
static const char *const aux_names[] = {"*-TRAN*", "*_TRAN*", "*TRANSFER*", NULL};

uint32_t program_id(const char *program)
{
    uint32_t sum = UINT32_C(2166136261);

    for (; *program; program++)
        sum = (sum ^ (unsigned char)*program) * UINT32_C(16777619);
    return sum ? sum : 1;
}

struct program_habits *programs_find(struct programs *programs, const char *program)
{
    uint32_t id = program_id(program);
    struct program_habits *oldest = &programs->kept[0];

    for (size_t i = 0; i < PROGRAMS_KEPT; i++) {
        struct program_habits *habits = &programs->kept[i];

        if (habits->id == id) {
            habits->used = ++programs->uses;
            return habits;
        }
        if (habits->used < oldest->used)
            oldest = habits;
    }
    *oldest = (struct program_habits){
        .id = id, .used = ++programs->uses, .seconds = NAN, .energy = NAN};
    return oldest;
}

static bool is_beyond(const struct program_habits *habits, int64_t line)
{
    return END_SHARE * (double)line > (double)habits->last_line;
}

bool programs_outreach(struct programs *programs, const struct cycle_options *options,
                       const char *program, int64_t line)
{
    struct program_habits *habits = programs_find(programs, program);

    if (options->end_lines.count || habits->ends != 1 || !is_beyond(habits, line))
        return false;
    *habits = (struct program_habits){
        .id = habits->id, .used = habits->used, .seconds = NAN, .energy = NAN};
    return true;
}

bool programs_plan_stops(struct programs *programs, const char *program)
{
    const struct program_habits *habits = programs_find(programs, program);

    return habits->cycles >= KNOWN_CYCLES && habits->stopped * 10 >= habits->cycles * 8;
}

bool programs_reach_end(struct programs *programs, const struct cycle_options *options,
                        const char *program, int64_t line)
{
    struct program_habits *habits = programs_find(programs, program);

    if (line <= 0)
        return true;
    if (options->end_lines.count)
        return cycle_options_cover(&options->end_lines, program, line);
    if ((double)line >= END_SHARE * (double)habits->last_line) {
        habits->ends = is_beyond(habits, line) ? 1 : habits->ends + 1;
        habits->last_line = line > habits->last_line ? line : habits->last_line;
        habits->short_runs = 0;
        return true;
    }
    habits->short_runs = line == habits->short_line ? habits->short_runs + 1 : 1;
    habits->short_line = line;
    if (habits->short_runs < EDITED_RUNS)
        return false;
    habits->last_line = line;
    habits->ends = EDITED_RUNS;
    habits->short_runs = 0;
    return true;
}

bool programs_is_rest(struct programs *programs, const struct cycle_record *aborted,
                      const struct cycle_record *rest)
{
    const struct program_habits *habits = programs_find(programs, rest->program);
    double both = aborted->net + rest->net;

    return habits->cycles >= KNOWN_CYCLES && aborted->prog_id == rest->prog_id &&
           aborted->outcome == CYCLE_CLASS_ABORTED &&
           rest->outcome == CYCLE_CLASS_COMPLETE && rest->net < 0.9 * habits->seconds &&
           both > 0.9 * habits->seconds && both < 1.3 * habits->seconds;
}

static bool is_named(const struct option_list *patterns, const char *const *names,
                     const char *program)
{
    char upper[RECORD_TEXT_MAX];

    if (patterns->count)
        return cycle_options_match(patterns, program);
    (void)text_copy(upper, sizeof(upper), program);
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    for (; *names; names++)
        if (text_match(*names, upper))
            return true;
    return false;
}

/* Cuts next to nothing, and is much shorter than any program that makes parts. */
static bool is_idle_walk(const struct programs *programs,
                         const struct cycle_record *cycle)
{
    double shortest = INFINITY;

    if (cycle->cut_source == CUT_SOURCE_NONE || !(cycle->cut < 0.05 * cycle->ct))
        return false;
    for (size_t i = 0; i < PROGRAMS_KEPT; i++)
        if (programs->kept[i].cycles > 0 &&
            programs->kept[i].id != (uint32_t)cycle->prog_id)
            shortest = fmin(shortest, programs->kept[i].seconds);
    return isfinite(shortest) && cycle->ct < 0.3 * shortest;
}

static bool cuts_air(struct programs *programs, const struct kind_facts *facts)
{
    const struct program_habits *habits = programs_find(programs, facts->program);

    return facts->dry_run || (habits->cycles >= KNOWN_CYCLES && facts->energy >= 0 &&
                              facts->energy < 0.1 * habits->energy);
}

enum cycle_kind programs_judge(struct programs *programs,
                               const struct cycle_options *options,
                               const struct cycle_record *cycle,
                               const struct kind_facts *facts)
{
    if (is_named(&options->warmup_programs, warmup_names, facts->program) ||
        (!options->warmup_programs.count &&
         is_named(&options->warmup_programs, warmup_names, facts->comment)))
        return CYCLE_KIND_WARMUP;
    if (facts->is_tail || is_named(&options->aux_programs, aux_names, facts->program) ||
        is_idle_walk(programs, cycle))
        return CYCLE_KIND_AUX;
    if (facts->single_block || facts->axis_lock || facts->trial_share > 0.10 ||
        facts->slow_share > 0.25)
        return CYCLE_KIND_PROVEOUT;
    if (cuts_air(programs, facts))
        return CYCLE_KIND_AIRCUT;
    if (is_named(&options->rework_programs, rework_names, facts->program) ||
        is_named(&options->rework_lots, rework_names, facts->lot))
        return CYCLE_KIND_REWORK;
    return CYCLE_KIND_PROD;
}

static double towards(double mean, double value, int64_t count)
{
    double weight = count < 10 ? 1.0 / (double)count : 0.1;

    return isnan(mean) ? value : mean + weight * (value - mean);
}

void programs_learn(struct programs *programs, const struct cycle_record *cycle,
                    const struct kind_facts *facts, bool stopped)
{
    struct program_habits *habits = programs_find(programs, facts->program);

    if (cycle->outcome != CYCLE_CLASS_COMPLETE || cycle->kind != CYCLE_KIND_PROD ||
        (cycle->flags & CYCLE_RESUMED_MIDPROGRAM))
        return;
    habits->cycles++;
    habits->stopped += stopped;
    habits->seconds = towards(habits->seconds, cycle->ct, habits->cycles);
    if (facts->energy >= 0)
        habits->energy = towards(habits->energy, facts->energy, habits->cycles);
}
