/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    SILENT_MAX = 3, /* time-outs in a row, then the connection is taken for dead */
    DOUBTS_MAX = 2, /* time-outs of a unit after which a late answer is not expected */
    STRETCH = 4,    /* an answer that still dribbles in may take so many time-outs */
    EMPTY = 5,      /* bytes of an answer without data: unit, function, amount, CRC */
};

bool exchange_has_ids(const struct line *line)
{
    return line->terms.address.kind == LINE_TCP && !line->terms.zero_ids;
}

bool exchange_is_serial(const struct line *line)
{
    return line->terms.address.kind == LINE_RTU;
}

struct frame_request exchange_request(const struct line_job *job)
{
    return (struct frame_request){
        .transaction = job->transaction,
        .unit = job->unit->number,
        .function = job->function,
        .address = job->address,
        .count = job->count,
    };
}

void exchange_finish(struct line_job *job, const struct line_outcome *outcome)
{
    job->is_busy = false;
    job->done(job->owner, job, outcome);
}

void exchange_take_from_flight(struct line *line, unsigned index, int64_t now_ns)
{
    struct line_job *job = line->in_flight[index];

    job->unit->spent_ns += now_ns - job->sent.mono_ns;

    line->in_flight[index] = line->in_flight[--line->in_flight_count];
    job->unit->in_flight--;
}

static void send_job(struct line *line, struct line_job *job, struct moment now)
{
    uint8_t bytes[FRAME_REQUEST_MAX];

    job->transaction = line->next_transaction;
    if (!line->terms.zero_ids)
        line->next_transaction++;

    struct frame_request request = exchange_request(job);
    enum framing framing = line_framing(&line->terms.address);
    int length = frame_encode(framing, &request, bytes);
    assert(length > 0);

    if (!exchange_has_ids(line)) {
        if (line->length)
            trial_doubt(line, now.mono_ns);
        line->length = 0;
        transport_flush(line->transport);
    }
    int64_t wire = line_wire_ns(&line->terms.address,
                                (size_t)length + frame_answer_length(framing, &request));
    job->sent = now;
    job->deadline_ns = now.mono_ns + job->unit->timeout_ns + wire;
    job->overdue_turn = 0;
    line->in_flight[line->in_flight_count++] = job;
    job->unit->in_flight++;
    int error = transport_write(line->transport, bytes, (size_t)length);
    if (error)
        line_break(line, error);
}

static void on_step(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct line_unit *unit = owner;

    (void)job;
    (void)outcome; /* whatever it is, the next question is one that somebody waits for */
    unit->is_out_of_step = false;
}

/*
 * Without ids an answer that is late can pass for the answer to the next question. So the
 * question after a time-out is of another function, whose answer nobody can mistake: once
 * it is here, nothing older is on its way.
 */
static struct line_job *find_step(struct line_job *job)
{
    struct line_unit *unit = job->unit;

    if (!unit->is_out_of_step || unit->step.is_busy)
        return job;
    queue_add_first(job);
    unit->step = (struct line_job){.unit = unit,
                                   .function = job->function == FUNCTION_READ_INPUT
                                                   ? FUNCTION_READ_HOLDING
                                                   : FUNCTION_READ_INPUT,
                                   .count = 1,
                                   .owner = unit,
                                   .done = on_step,
                                   .is_busy = true,
                                   .is_repeated = true};
    return &unit->step;
}

/* While bytes of an answer still arrive it gets more time, within limits. */
static bool is_dribbling(const struct line *line, const struct line_job *job,
                         int64_t now_ns)
{
    return line->length > 0 && line->heard_ns > job->sent.mono_ns &&
           now_ns < line->heard_ns + job->unit->timeout_ns &&
           now_ns < job->sent.mono_ns + STRETCH * job->unit->timeout_ns;
}

/* What came begins like the answer to it, which was cut short then and is not owed. */
static bool is_torn_answer(const struct line *line, const struct line_job *job)
{
    struct frame_request request = exchange_request(job);
    size_t whole = frame_answer_length(FRAMING_RTU, &request);
    const uint8_t head[] = {request.unit, request.function, (uint8_t)(whole - EMPTY)};
    size_t known = line->length < sizeof(head) ? line->length : sizeof(head);

    return known > 0 && memcmp(line->buffer, head, known) == 0;
}

/* Whatever is still on its way must not be taken for the answer to another question. */
static void leave_behind(struct line *line, struct line_job *job, struct moment now)
{
    struct line_unit *unit = job->unit;

    if (!is_torn_answer(line, job))
        debt_note_late(job, now.mono_ns);
    if (unit->rests_until_ns < now.mono_ns + unit->timeout_ns)
        unit->rests_until_ns = now.mono_ns + unit->timeout_ns;
    unit->is_out_of_step = line->terms.address.kind == LINE_RTU_TCP && job != &unit->step;
    if (line->terms.zero_ids ||
        (!exchange_is_serial(line) && unit->failures <= DOUBTS_MAX))
        line_break(line, -EPROTO);
}

static void time_out(struct line *line, unsigned index, struct moment now)
{
    struct line_job *job = line->in_flight[index];
    struct line_outcome outcome = {.result = LINE_TIMED_OUT, .at = now};
    bool is_torn = line->length > 0;

    exchange_take_from_flight(line, index, now.mono_ns);
    line->silent++;
    queue_note_failure(job->unit, now.mono_ns);
    if (!exchange_has_ids(line))
        leave_behind(line, job, now);
    line->length = exchange_is_serial(line) ? 0 : line->length;
    if (line->state == LINE_OPEN && !exchange_is_serial(line)) {
        if (is_torn)
            line_break(line, -EPROTO);
        else if (line->silent >= SILENT_MAX)
            line_break(line, -ETIMEDOUT);
    }
    exchange_finish(job, &outcome);
}

/*
 * One more turn of the loop passes first, and more while there are bytes that no turn had
 * room for: after a stall the answer may have been here for long, unread.
 */
static void expire(struct line *line, struct moment now)
{
    for (unsigned i = 0; i < line->in_flight_count;) {
        struct line_job *job = line->in_flight[i];
        if (now.mono_ns < job->deadline_ns) {
            i++;
        } else if (is_dribbling(line, job, now.mono_ns)) {
            job->deadline_ns = line->heard_ns + job->unit->timeout_ns;
            i++;
        } else if (job->overdue_turn == 0 || job->overdue_turn == line->turns ||
                   transport_is_unread(line->transport)) {
            job->overdue_turn = line->turns;
            i++;
        } else {
            time_out(line, i, now);
            i = 0;
        }
    }
    if (line->state == LINE_OPENING && now.mono_ns >= line->opening_until_ns)
        line_break(line, -ETIMEDOUT);
}

static void speak(struct line *line)
{
    while (line->state == LINE_OPEN &&
           line->in_flight_count < line->terms.max_in_flight) {
        struct moment now = clock_now();
        if (now.mono_ns < line->ready_at_ns || trial_forbids(line, now.mono_ns))
            return;
        struct line_job *job = queue_take(line, now.mono_ns);
        if (!job)
            return;
        if (debt_until_ns(job->unit, job->function, job->count) > now.mono_ns) {
            const struct line_outcome outcome = {.result = LINE_OWED, .at = now};
            exchange_finish(job, &outcome);
            continue;
        }
        send_job(line, find_step(job), now);
    }
}

static void work(struct line *line)
{
    struct moment now = clock_now();

    expire(line, now);
    trial_end(line, now.mono_ns);
    if (line->state == LINE_CLOSED && !queue_is_empty(line)) {
        if (now.mono_ns >= line->retry_at_ns)
            line_open(line, now.mono_ns);
        else
            queue_fail(line, NULL, LINE_NOT_LINKED);
    }
    speak(line);
    if (line->terms.close_after_scan && line->state == LINE_OPEN &&
        !line->in_flight_count && queue_is_empty(line) &&
        trial_due_ns(line) == INT64_MAX) {
        transport_close(line->transport);
        line->transport = NULL;
        line->state = LINE_CLOSED;
        line->health.is_open = false;
        line->retry_at_ns = 0;
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When there will be something to do, if nothing happens before. */
static int64_t next_due_ns(const struct line *line)
{
    int64_t due = trial_due_ns(line);

    for (unsigned i = 0; i < line->in_flight_count; i++)
        due = sooner(due, line->in_flight[i]->deadline_ns);
    if (line->state == LINE_OPENING)
        due = sooner(due, line->opening_until_ns);
    if (line->state == LINE_OPEN && line->in_flight_count < line->terms.max_in_flight &&
        !trial_forbids(line, clock_now().mono_ns)) {
        int64_t ready = queue_ready_ns(line);
        if (ready != INT64_MAX)
            due = sooner(due, ready > line->ready_at_ns ? ready : line->ready_at_ns);
    }
    if (line->state == LINE_CLOSED && !queue_is_empty(line))
        due = sooner(due, line->retry_at_ns);
    return due;
}

/*
 * Only ever set forward to something sooner: a timer that comes too early does no harm.
 * The loop counts from the beginning of its turn, which is left as it is, since others
 * measure theirs by it. At least 1 ms, so that sockets are read before.
 */
static void arm(struct line *line)
{
    int64_t due = next_due_ns(line);
    if (due == INT64_MAX || (line->armed_ns && line->armed_ns <= due))
        return;

    int64_t wait = due - clock_now().mono_ns;
    uint64_t ms = wait > 0 ? (uint64_t)((wait + NS_PER_MS - 1) / NS_PER_MS) : 1;
    uint64_t behind_ms = uv_hrtime() / NS_PER_MS - uv_now(line->loop);
    line->armed_ns = due;
    (void)uv_timer_start(&line->timer, exchange_on_timer, behind_ms + ms, 0);
}

void exchange_on_timer(uv_timer_t *timer)
{
    struct line *line = timer->data;

    line->armed_ns = 0;
    line->turns++;
    exchange_pump(line);
}

void exchange_pump(struct line *line)
{
    if (line->is_closing)
        return;
    if (line->is_pumping) {
        line->pumps_again = true;
        return;
    }
    line->is_pumping = true;
    do {
        line->pumps_again = false;
        work(line);
    } while (line->pumps_again && !line->is_closing);
    line->is_pumping = false;
    if (!line->is_closing)
        arm(line);
}
