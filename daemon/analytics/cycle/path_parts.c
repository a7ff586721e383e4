/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_parts.h"

#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/analytics/cycle/path_loop.h"
#include "daemon/analytics/cycle/path_unseen.h"

#include <math.h>
#include <stdio.h>

#define FIRST_GRACE_S  2.0
#define SHORTEST_NS    (30 * NS_PER_S)
#define LEARN_LAGS     20
#define LEARN_COUNTS   5
#define BETTER_WAIT_NS (5 * NS_PER_S)
#define LATE_S         10 /* after "done" a part may still come that late */
#define BATCH_MOST     16 /* parts of one cycle that are found without being told */
#define BATCHES        3  /* alike, until such counts are expected */

static uint32_t known(uint32_t count)
{
    return count < RECENT ? count : RECENT;
}

static double poll_seconds(const struct path_cycles *path,
                           const struct cycle_options *options)
{
    return fmax((double)path->counter_slot.period_ns, (double)options->poll) / 1e9;
}

double path_cycles_grace(const struct path_cycles *path,
                         const struct cycle_options *options)
{
    if (options->grace > 0)
        return (double)options->grace / 1e9;
    return path->grace_s > 0 ? path->grace_s
                             : fmax(FIRST_GRACE_S, 3 * poll_seconds(path, options));
}

int64_t path_cycles_shortest_ns(const struct path_cycles *path,
                                const struct cycle_options *options)
{
    double median;

    if (options->shortest > 0)
        return options->shortest;
    if (path->cycle_seconds_count < 5)
        return SHORTEST_NS;
    median = stops_quantile(path->cycle_seconds, known(path->cycle_seconds_count), 0.5);
    return (int64_t)fmax(0.5e9 * median, 1e9);
}

/* domain.md 1.3, "Grace" */
static void learn_grace(struct path_cycles *path, const struct path_site *site,
                        struct moment at, double lag_s)
{
    path->lags[path->lags_count++ % RECENT] = lag_s;
    if (path->lags_count < LEARN_LAGS || site->options->grace > 0)
        return;

    double least = fmax(FIRST_GRACE_S, 3 * poll_seconds(path, site->options));
    uint32_t gaps = path->stops.length_count;
    double most = 0.5 * stops_quantile(path->stops.lengths, known(gaps), 0.05);
    double wanted = 2 * stops_quantile(path->lags, known(path->lags_count), 0.95);
    double grace = fmax(least, isnan(most) ? wanted : fmin(wanted, most));

    if (path->grace_s > 0 && fabs(grace - path->grace_s) < 0.2 * path->grace_s)
        return;
    char text[64];
    (void)snprintf(text, sizeof(text), "the counter may lag behind the end by %.1f s",
                   grace);
    path->grace_s = grace;
    outlet_announce(
        &site->outlet, at,
        &(struct notice){"grace_learned", text, grace, path->cycle_no, SEVERITY_INFO});
}

bool path_cycles_ends_by_count(const struct path_cycles *path,
                               const struct cycle_options *options)
{
    if (options->boundary == BOUNDARY_AUTO)
        return path->boundary.is_learned && path->boundary.is_partcount;
    return options->boundary == BOUNDARY_PARTCOUNT;
}

static void count_vote(struct path_cycles *path, const struct path_site *site,
                       struct moment at, bool is_loop)
{
    struct boundary_vote *vote = &path->boundary;

    vote->waits = false;
    vote->votes += is_loop;
    if (vote->is_learned || vote->counts < LEARN_COUNTS)
        return;
    vote->is_learned = true;
    vote->is_partcount = vote->votes * 10 >= vote->counts * 8;
    if (site->options->boundary == BOUNDARY_AUTO)
        outlet_announce(&site->outlet, at,
                        &(struct notice){"boundary_learned",
                                         vote->is_partcount ? "partcount" : "execution",
                                         vote->votes, path->cycle_no, SEVERITY_INFO});
}

/* Did the program run on long enough after the count to be a loop? */
void path_cycles_vote(struct path_cycles *path, const struct path_site *site,
                      struct moment run_until)
{
    const struct boundary_vote *vote = &path->boundary;
    int64_t lasted = run_until.mono_ns - vote->counted_at.mono_ns;
    int64_t needed = vote->interval_ns / 4;

    needed = needed > SHORTEST_NS ? needed : SHORTEST_NS;
    if (vote->waits)
        count_vote(path, site, run_until, lasted >= needed);
}

static void begin_vote(struct path_cycles *path, const struct path_site *site,
                       struct moment at)
{
    struct boundary_vote *vote = &path->boundary;
    bool first = vote->counts == 0;

    if (vote->is_learned)
        return;
    if (vote->waits)
        count_vote(path, site, at, true); /* however short: it ran on to the next count */
    if (vote->is_learned)
        return;
    vote->counts++;
    vote->interval_ns =
        at.mono_ns - (first ? path->cycle.start.mono_ns : vote->counted_at.mono_ns);
    vote->counted_at = at;
    vote->waits = true;
    if (path->phase != PHASE_IN_CYCLE)
        path_cycles_vote(path, site, at);
}

static void announce_step(const struct path_cycles *path, const struct path_site *site,
                          const struct counter_step *step)
{
    static const char *const codes[] = {
        [COUNTER_WRAP] = "counter_wrap",
        [COUNTER_RESET] = "counter_reset",
        [COUNTER_PRESET] = "counter_preset",
    };
    char sentence[96];
    struct text text;

    if (step->change < COUNTER_WRAP || step->change > COUNTER_PRESET)
        return;
    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add(&text, "from ");
    text_add_integer(&text, step->from);
    text_add(&text, " to ");
    text_add_integer(&text, step->to);
    outlet_announce(&site->outlet, step->at,
                    &(struct notice){codes[step->change], sentence, (double)step->parts,
                                     path->cycle_no, SEVERITY_INFO});
}

/* Part-to-part time is all that a counter alone can tell. */
static void count_alone(struct path_cycles *path, const struct path_site *site,
                        const struct counter_step *step)
{
    struct record record;
    int64_t count = step->parts / site->parts_per_cycle;

    if (path->was_counted) {
        record_init(&record, RECORD_CYCLE, step->at);
        outlet_stamp(&site->outlet, &record);
        record.cycle.ptp =
            moment_seconds(path->counted_at, step->at) / (double)step->parts;
        record.cycle.parts = step->parts;
        record.cycle.count = count > 1 ? count : 1;
        record.cycle.flags = count > 1 ? CYCLE_ESTIMATED : 0;
        record.cycle.kind = CYCLE_KIND_PROD;
        record.cycle.outcome = CYCLE_CLASS_COMPLETE;
        record.cycle.seg_source = SEG_SOURCE_COUNTER;
        record.cycle.cut_source = CUT_SOURCE_NONE;
        record.cycle.cycle_no = ++path->cycle_no;
        (void)text_copy(record.cycle.program, sizeof(record.cycle.program),
                        path->levels.program);
        outlet_append(&site->outlet, &record);
    }
    path->counted_at = step->at;
    path->was_counted = true;
}

/* No part of the cycle told last was counted yet. */
static bool lacks_parts(const struct path_cycles *path)
{
    return path->has_last && (path->last.cycle.parts == 0 || path->last_is_assumed);
}

/* A part whose cycle is already told: domain.md 1.3, ORPHAN. */
static void count_orphan(struct path_cycles *path, const struct path_site *site,
                         const struct counter_step *step)
{
    bool is_near = lacks_parts(path) && moment_seconds(path->last_end, step->at) <=
                                            path_cycles_grace(path, site->options);
    bool was_idle = path->has_last && path->phase == PHASE_BETWEEN &&
                    path->pending_ending == ENDING_IDLE &&
                    path->last.cycle.outcome == CYCLE_CLASS_ABORTED;
    bool was_done = lacks_parts(path) && path->phase == PHASE_BETWEEN &&
                    path->pending_ending == ENDING_DONE &&
                    moment_seconds(path->last_end, step->at) <= LATE_S;
    bool was_assumed = path->last_is_assumed && path->phase == PHASE_BETWEEN;

    if (is_near || was_idle || was_done || was_assumed) {
        path_cycles_correct(path, site, step->parts);
        return;
    }
    path->unattributed += step->parts;
    outlet_announce(&site->outlet, step->at,
                    &(struct notice){"parts_unattributed",
                                     "counted while no cycle was seen",
                                     (double)step->parts, path->cycle_no, SEVERITY_INFO});
}

/* The first part ever counted: the counter lives, and has not counted the one cycle
 * before this one. */
static void begin_to_count(struct path_cycles *path, const struct path_site *site)
{
    if (path->last_is_assumed && path->uncounted == 1)
        path_cycles_revoke(path, site);
    path->last_is_assumed = false;
}

static void count_in_cycle(struct path_cycles *path, const struct path_site *site,
                           const struct counter_step *step, double variance_s2)
{
    struct open_cycle *cycle = &path->cycle;
    bool belongs_before = lacks_parts(path) && cycle->parts == 0 &&
                          path->pending_ending != ENDING_ABORT &&
                          moment_seconds(path->last_end, step->at) <=
                              path_cycles_grace(path, site->options);

    if (belongs_before) {
        path_cycles_correct(path, site, step->parts);
        return;
    }
    begin_to_count(path, site);
    if (path_cycles_ends_by_count(path, site->options))
        path_loop_split(path, site);
    else if (site->options->boundary == BOUNDARY_AUTO && !path->boundary.is_learned)
        path_loop_mark(path, &step->at, variance_s2, step->parts);
    cycle->parts += step->parts;
    cycle->counted_at = step->at;
    cycle->was_counted = true;
    if (!path_cycles_ends_by_count(path, site->options))
        return;

    struct moment at = step->at.mono_ns < path->since.mono_ns ? path->since : step->at;
    path_cycles_close(path, site, at, variance_s2, ENDING_COUNT);
    if (path->pending.cycle.parts > step->parts)
        path->pending.cycle.flags |= CYCLE_ESTIMATED; /* before the loop was known */
    path_cycles_emit(path, site);
    path_cycles_follow(path, site, at, variance_s2);
    path->is_tail = true;
}

static void attribute(struct path_cycles *path, const struct path_site *site,
                      const struct counter_step *step, double variance_s2)
{
    if (!path->has_execution) {
        if (site->options->source == SOURCE_COUNTER ||
            step->at.mono_ns - path->first.mono_ns > BETTER_WAIT_NS)
            count_alone(path, site, step);
        return;
    }
    path->counter_moves = true;
    if (path->is_lost) {
        path->is_lost = false;
        if (path_unseen_count(path, site, step)) {
            path->last_is_assumed = false;
            return;
        }
    }
    begin_vote(path, site, step->at);
    switch (path->phase) {
    case PHASE_IN_CYCLE:
        count_in_cycle(path, site, step, variance_s2);
        break;
    case PHASE_PENDING:
        begin_to_count(path, site);
        path->pending.cycle.parts += step->parts;
        learn_grace(path, site, step->at, moment_seconds(path->ended, step->at));
        break;
    case PHASE_BETWEEN:
        count_orphan(path, site, step);
        break;
    case PHASE_UNKNOWN:
        path->unattributed += step->parts;
        break;
    }
}

/* Parts that the counter gives a cycle: as configured, or as it always does. */
static int64_t batch(const struct path_cycles *path, const struct path_site *site)
{
    bool is_learned = site->parts_per_cycle == 1 && path->batches >= BATCHES;

    return is_learned ? path->batch : site->parts_per_cycle;
}

/* Nobody types a number in the moment in which a part is due. */
static int64_t due(const struct path_cycles *path, const struct path_site *site)
{
    bool is_due = path->phase == PHASE_PENDING && path->pending.cycle.parts == 0;

    return is_due && site->parts_per_cycle == 1 ? BATCH_MOST : 0;
}

static void learn_batch(struct path_cycles *path, const struct path_site *site,
                        const struct counter_step *step)
{
    if (path->phase != PHASE_PENDING || path->pending.cycle.parts > 0 || path->is_lost)
        return;
    path->batches = step->parts == path->batch ? path->batches + 1 : 1;
    path->batch = step->parts;
    if (path->batches == BATCHES && path->batch > 1 && site->parts_per_cycle == 1)
        outlet_announce(
            &site->outlet, step->at,
            &(struct notice){"batch_learned", "parts the counter gives a cycle",
                             (double)path->batch, path->cycle_no, SEVERITY_INFO});
}

void path_cycles_count(struct path_cycles *path, const struct path_site *site,
                       const struct sample *sample)
{
    bool same = path->counter.is_known && path->counter.value == sample->value.integer;
    int64_t width = poll_slot_observe(&path->counter_slot, site->options, sample, same);
    struct counter_rules rules = {
        .modulus = site->options->counter_modulus,
        .per_cycle = batch(path, site),
        .due = due(path, site),
        .shortest_ns = path_cycles_shortest_ns(path, site->options),
        .confirms = path->counter_slot.is_polled,
    };

    path->levels.has_counter = true;
    struct counter_step step = counter_observe(
        &path->counter, &rules, sample->value.integer,
        moment_plus(sample->at, -width / 2), (sample->flags & SAMPLE_RESET) != 0);
    announce_step(path, site, &step);
    /* A target reached may zero the counter as the part is done. */
    if (step.change == COUNTER_RESET && step.parts == 0 && path->phase == PHASE_PENDING &&
        path->pending_ending == ENDING_DONE && path->pending.cycle.parts == 0)
        step.parts = site->parts_per_cycle;
    if (step.change == COUNTER_INCREMENT)
        learn_batch(path, site, &step);
    if (step.parts > 0)
        attribute(path, site, &step, (double)width / 1e9 * ((double)width / 1e9) / 12);
    else if (step.change == COUNTER_SAME || step.change == COUNTER_INCREMENT)
        path->is_lost = path->is_lost && path->execution == EXECUTION_UNAVAIL;
}
