/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without ids an answer that comes twice, or that was meant for another master, can pass
 * for the answer to the next question; then the true one comes later, as one too many. So
 * an answer without an id is on trial, and becomes a value only
 *
 * - when the next question, of another shape (unit, function or amount), was answered and
 *   nothing of the old shape came between; or
 * - when the line stays quiet for as long as its unit may take to answer.
 *
 * Something that nobody waits for in between puts all of them in doubt: they are asked
 * once more, each by itself. A plain copy of the one answer on trial doubts nothing: were
 * it the true one, it would say the same.
 *
 * While there is doubt, an answer that says what the answer to another question said just
 * before may be its copy, and the true one may be lost: that is asked once more, too.
 */
#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECENT_MAX = 128,     /* answers that may come again */
    ON_TRIAL_MAX = 64,    /* then the line has to be quiet first */
    MARGIN_MS = 20,       /* beside what a unit needs */
    DOUBTFUL_S = 60,      /* after something unasked-for: one question at a time */
    SLOWEST_FADES = 16,   /* an answer that is sooner takes so much of the rest away */
    LONE_QUARTERS = 5,    /* one answer: 5/4 of the slowest */
    SEVERAL_QUARTERS = 8, /* a true answer waits behind another one's */
};

struct on_trial {
    struct line_job *job;
    struct line_outcome outcome;
    uint8_t data[FRAME_MAX];
};

struct recent {
    uint8_t unit, function;
    uint16_t address, count;
    uint64_t hash; /* of the data */
};

struct trial {
    struct recent recent[RECENT_MAX];
    unsigned heard;                        /* of all time */
    struct on_trial answers[ON_TRIAL_MAX]; /* oldest first */
    unsigned count;
    int64_t doubtful_until_ns;
};

int trial_create(struct trial **ret_trial)
{
    *ret_trial = calloc(1, sizeof(**ret_trial));
    return *ret_trial ? 0 : -ENOMEM;
}

static void remove_at(struct trial *trial, unsigned index)
{
    trial->count--;
    memmove(&trial->answers[index], &trial->answers[index + 1],
            (trial->count - index) * sizeof(trial->answers[0]));
}

/* Whoever is told may cancel others: each is taken out before it is told. */
static void believe(struct trial *trial)
{
    while (trial->count) {
        struct on_trial first = trial->answers[0];
        first.outcome.data = first.data;
        remove_at(trial, 0);
        exchange_finish(first.job, &first.outcome);
    }
}

/* Could the answer to one pass for the answer to the other? Exceptions fit any amount. */
static bool is_confusable(const struct on_trial *held, const struct line_job *job,
                          const struct line_outcome *outcome)
{
    struct frame_request older = exchange_request(held->job);
    struct frame_request newer = exchange_request(job);

    if (older.unit != newer.unit || older.function != newer.function)
        return false;
    return held->outcome.exception || outcome->exception ||
           frame_answer_length(FRAMING_RTU, &older) ==
               frame_answer_length(FRAMING_RTU, &newer);
}

static void note_pace(struct line_unit *unit, int64_t took_ns)
{
    int64_t faded = unit->slowest_ns - unit->slowest_ns / SLOWEST_FADES;

    unit->slowest_ns = took_ns > faded ? took_ns : faded;
}

static struct recent recent_of(const struct line_job *job,
                               const struct frame_answer *answer)
{
    /* FNV-1a */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < answer->length; i++)
        hash = (hash ^ answer->data[i]) * UINT64_C(0x100000001b3);
    return (struct recent){.unit = job->unit->number,
                           .function = job->function,
                           .address = job->address,
                           .count = job->count,
                           .hash = hash};
}

static bool is_said_again(const struct recent *old, const struct recent *new)
{
    return old->unit == new->unit && old->function == new->function &&
           old->count == new->count && old->hash == new->hash &&
           old->address != new->address;
}

bool trial_suspects(struct line *line, struct line_job *job,
                    const struct frame_answer *answer, int64_t now_ns)
{
    struct trial *trial = line->trial;
    bool is_suspect = false;

    if (!trial || answer->exception)
        return false;
    struct recent new = recent_of(job, answer);
    for (unsigned i = 0; i < RECENT_MAX && trial_doubts(line, now_ns); i++)
        is_suspect = is_suspect || is_said_again(&trial->recent[i], &new);
    if (is_suspect && !job->is_suspected) {
        job->is_suspected = true;
        return true;
    }
    trial->recent[trial->heard++ % RECENT_MAX] = new;
    return false;
}

void trial_begin(struct line *line, struct line_job *job,
                 const struct line_outcome *outcome)
{
    struct trial *trial = line->trial;

    note_pace(job->unit, 2 * outcome->uncertainty_ns);
    if (trial->count && !is_confusable(&trial->answers[trial->count - 1], job, outcome))
        believe(trial);
    if (job == &job->unit->step) {
        exchange_finish(job, outcome);
        return;
    }

    struct on_trial *last = &trial->answers[trial->count++];
    last->job = job;
    last->outcome = *outcome;
    memcpy(last->data, outcome->data, outcome->length);
}

/* When the true answer would have come, if this one was another's. */
int64_t trial_due_ns(const struct line *line)
{
    const struct trial *trial = line->trial;
    bool is_arriving = line->in_flight_count && line->length;
    if (!trial || !trial->count || is_arriving)
        return INT64_MAX;

    const struct line_job *last = trial->answers[trial->count - 1].job;
    int64_t quarter = last->unit->slowest_ns / 4;
    int64_t waits = quarter * (trial->count > 1 ? SEVERAL_QUARTERS : LONE_QUARTERS);
    if (waits > last->unit->timeout_ns)
        waits = last->unit->timeout_ns;
    return last->sent.mono_ns + waits + MARGIN_MS * NS_PER_MS;
}

void trial_end(struct line *line, int64_t now_ns)
{
    if (now_ns < trial_due_ns(line))
        return;
    if (!line->length) {
        believe(line->trial);
        return;
    }
    line->length = 0; /* a piece of something */
    trial_doubt(line, now_ns);
}

bool trial_forbids(const struct line *line, int64_t now_ns)
{
    const struct trial *trial = line->trial;

    return trial && trial->count &&
           (trial->count == ON_TRIAL_MAX || now_ns < trial->doubtful_until_ns);
}

bool trial_doubts(const struct line *line, int64_t now_ns)
{
    return line->trial && now_ns < line->trial->doubtful_until_ns;
}

void trial_doubt(struct line *line, int64_t now_ns)
{
    struct trial *trial = line->trial;

    if (!trial)
        return;
    trial->doubtful_until_ns = now_ns + DOUBTFUL_S * NS_PER_S;
    while (trial->count) {
        struct line_job *job = trial->answers[trial->count - 1].job;
        remove_at(trial, trial->count - 1);
        if (job->is_repeated) {
            const struct line_outcome outcome = {.result = LINE_MALFORMED,
                                                 .at = clock_now()};
            exchange_finish(job, &outcome);
        } else {
            job->is_repeated = true;
            queue_add_first(job);
        }
    }
}

static bool is_copy(const struct on_trial *held, const struct frame_answer *answer)
{
    return answer->unit == held->job->unit->number &&
           answer->function == held->job->function &&
           answer->exception == held->outcome.exception &&
           answer->length == held->outcome.length &&
           memcmp(answer->data, held->data, answer->length) == 0;
}

void trial_compare(struct line *line, const struct frame_answer *answer, int64_t now_ns)
{
    struct trial *trial = line->trial;

    if (!trial)
        return;
    if (trial->count == 1 && is_copy(&trial->answers[0], answer))
        trial->doubtful_until_ns = now_ns + DOUBTFUL_S * NS_PER_S;
    else
        trial_doubt(line, now_ns);
}

void trial_end_by_hanging_up(struct line *line)
{
    if (line->trial && !line->length)
        believe(line->trial);
}

static unsigned find(const struct trial *trial, const struct line_job *job)
{
    unsigned at = 0;

    while (at < trial->count && trial->answers[at].job != job)
        at++;
    return at;
}

bool trial_holds(const struct line *line, const struct line_job *job)
{
    return line->trial && find(line->trial, job) < line->trial->count;
}

bool trial_forget(const struct line *line, const struct line_job *job)
{
    if (!trial_holds(line, job))
        return false;
    remove_at(line->trial, find(line->trial, job));
    return true;
}
