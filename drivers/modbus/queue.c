/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

/*
 * A unit that fails twice in a row rests for 5 time-outs, then for up to 30 for each unit
 * that is dead: so the dead cost their neighbours about 5 % of the line's time in all.
 */
enum {
    FIRST_REST = 5,
    LONGEST_REST = 30,
    PATIENCE = 2,
};

void queue_add(struct line_job *job)
{
    struct line_unit *unit = job->unit;

    job->next = NULL;
    if (unit->last)
        unit->last->next = job;
    else
        unit->first = job;
    unit->last = job;
}

void queue_add_first(struct line_job *job)
{
    struct line_unit *unit = job->unit;

    job->next = unit->first;
    unit->first = job;
    if (!unit->last)
        unit->last = job;
}

void queue_remove(struct line_job *job)
{
    struct line_unit *unit = job->unit;
    struct line_job *before = NULL, *at = unit->first;

    for (; at && at != job; at = at->next)
        before = at;
    if (!at)
        return;
    if (before)
        before->next = job->next;
    else
        unit->first = job->next;
    if (unit->last == job)
        unit->last = before;
    job->next = NULL;
}

bool queue_is_empty(const struct line *line)
{
    for (const struct line_unit *unit = line->units; unit; unit = unit->next)
        if (unit->first)
            return false;
    return true;
}

bool queue_is_shared(const struct line *line)
{
    return line->units && line->units->next;
}

/* One that is divisible will be told what it has to wait for. */
static int64_t ready_ns(const struct line_job *job)
{
    const struct line_unit *unit = job->unit;
    int64_t owed = job->is_divisible ? 0 : debt_until_ns(unit, job->function, job->count);

    return owed > unit->rests_until_ns ? owed : unit->rests_until_ns;
}

/* What a unit may be asked now; NULL = nothing. One that fails is asked one by one. */
static struct line_job *find_ready(const struct line_unit *unit, int64_t now_ns)
{
    struct line_job *job = unit->failures && unit->in_flight ? NULL : unit->first;

    while (job && now_ns < ready_ns(job))
        job = job->next;
    return job;
}

/* One that was quiet for long has no claim to the time it left to others. */
static int64_t claim_of(const struct line *line, const struct line_unit *unit)
{
    return unit->spent_ns > line->fair_ns ? unit->spent_ns : line->fair_ns;
}

/*
 * The unit that has used the least of the line's time speaks next, in turn among equals:
 * a slow unit then delays its neighbours by one answer, not by one for each of its
 * requests (start-time fair queueing, Goyal, Vin and Cheng 1996).
 */
struct line_job *queue_take(struct line *line, int64_t now_ns)
{
    struct line_unit *begin = line->turn ? line->turn : line->units;
    struct line_unit *unit = begin;
    struct line_job *best = NULL;

    if (!unit)
        return NULL;
    do {
        struct line_job *job = find_ready(unit, now_ns);
        if (job && (!best || claim_of(line, unit) < claim_of(line, best->unit)))
            best = job;
        unit = unit->next ? unit->next : line->units;
    } while (unit != begin);
    if (!best)
        return NULL;
    unit = best->unit;
    line->fair_ns = unit->spent_ns = claim_of(line, unit);
    line->turn = unit->next ? unit->next : line->units;
    queue_remove(best);
    return best;
}

int64_t queue_ready_ns(const struct line *line)
{
    int64_t soonest = INT64_MAX;

    for (const struct line_unit *unit = line->units; unit; unit = unit->next) {
        if (unit->failures && unit->in_flight)
            continue;
        for (const struct line_job *job = unit->first; job; job = job->next) {
            if (ready_ns(job) < soonest)
                soonest = ready_ns(job);
            if (!unit->debt_count)
                break; /* all are as ready as the first */
        }
    }
    return soonest;
}

static void fail_unit(struct line_unit *unit, enum line_result result)
{
    struct line_job *job = unit->first;
    const struct line_outcome outcome = {.result = result, .at = clock_now()};

    /* Taken out as a whole: whoever is told may ask again at once. */
    unit->first = unit->last = NULL;
    while (job) {
        struct line_job *next = job->next;
        exchange_finish(job, &outcome);
        job = next;
    }
}

void queue_fail(struct line *line, const struct line_unit *only, enum line_result result)
{
    for (struct line_unit *unit = line->units, *next; unit; unit = next) {
        next = unit->next;
        if (!only || only == unit)
            fail_unit(unit, result);
    }
}

static int dead_units(const struct line *line)
{
    int count = 0;

    for (const struct line_unit *unit = line->units; unit; unit = unit->next)
        count += unit->failures >= PATIENCE;
    return count;
}

/* Alone on its line it costs nobody anything, and is asked at every turn. */
void queue_note_failure(struct line_unit *unit, int64_t now_ns)
{
    struct line *line = unit->line;

    unit->failures++;
    if (!queue_is_shared(line)) {
        if (unit->failures >= PATIENCE)
            queue_fail(line, unit, LINE_RESTING);
        return;
    }
    if (unit->failures >= PATIENCE) {
        unit->backoff.first_ns = FIRST_REST * unit->timeout_ns;
        unit->backoff.cap_ns = LONGEST_REST * unit->timeout_ns * dead_units(line);
        if (unit->failures == PATIENCE)
            backoff_reset(&unit->backoff);
        unit->rests_until_ns = now_ns + backoff_next(&unit->backoff);
    }
    queue_fail(line, unit, LINE_RESTING);
}

void queue_note_answer(struct line_unit *unit)
{
    if (!unit->failures)
        return;
    unit->failures = 0;
    unit->rests_until_ns = 0;
}
