/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    BUSY_TRIES = 4,     /* of a device that says it is busy */
    SILENT_MAX = 3,     /* time-outs in a row, then the connection is taken for dead */
    STRETCH = 4,        /* an answer that still dribbles in may take so many time-outs */
    QUIET_MS = 50,      /* after bytes that made no sense on a serial line */
    BUSY_PAUSE_MS = 50, /* doubles */
};

static bool has_ids(const struct line *line)
{
    return line->terms.address.kind == LINE_TCP && !line->terms.zero_ids;
}

static bool is_serial(const struct line *line)
{
    return line->terms.address.kind == LINE_RTU;
}

static struct frame_request request_of(const struct line_job *job)
{
    return (struct frame_request){
        .transaction = job->transaction,
        .unit = job->unit->number,
        .function = job->function,
        .address = job->address,
        .count = job->count,
    };
}

static int64_t silence_ns(const struct line *line)
{
    int64_t silence = line_silence_ns(&line->terms.address);
    int64_t pause = line->terms.pause_between_ns;

    return silence > pause ? silence : pause;
}

void exchange_finish(struct line_job *job, const struct line_outcome *outcome)
{
    job->is_busy = false;
    job->done(job->owner, job, outcome);
}

static void take_from_flight(struct line *line, unsigned index)
{
    struct line_job *job = line->in_flight[index];

    line->in_flight[index] = line->in_flight[--line->in_flight_count];
    job->unit->in_flight--;
}

static void send_job(struct line *line, struct line_job *job, struct moment now)
{
    uint8_t bytes[FRAME_REQUEST_MAX];

    job->transaction = line->next_transaction;
    if (!line->terms.zero_ids)
        line->next_transaction++;

    struct frame_request request = request_of(job);
    enum framing framing = line_framing(&line->terms.address);
    int length = frame_encode(framing, &request, bytes);
    assert(length > 0);

    if (!has_ids(line)) {
        line->length = 0;
        transport_flush(line->transport);
    }
    int64_t wire = line_wire_ns(&line->terms.address,
                                (size_t)length + frame_answer_length(framing, &request));
    job->sent = now;
    job->deadline_ns = now.mono_ns + line->terms.timeout_ns + wire;
    line->in_flight[line->in_flight_count++] = job;
    job->unit->in_flight++;
    int error = transport_write(line->transport, bytes, (size_t)length);
    if (error)
        line_break(line, error);
}

/* Busy or not ready: the same question again, after a pause that others may use. */
static bool ask_again(struct line_job *job, int64_t now_ns)
{
    if (job->tries == BUSY_TRIES)
        return false;
    job->unit->rests_until_ns = now_ns + ((BUSY_PAUSE_MS * NS_PER_MS) << job->tries);
    job->tries++;
    queue_add_first(job);
    return true;
}

static void settle(struct line *line, struct line_job *job,
                   const struct frame_answer *answer, struct moment now)
{
    struct line_unit *unit = job->unit;
    int64_t half = (now.mono_ns - job->sent.mono_ns) / 2;
    struct line_outcome outcome = {
        .result = answer->exception ? LINE_REFUSED : LINE_ANSWERED,
        .exception = answer->exception,
        .data = answer->data,
        .length = answer->length,
        .at = moment_plus(job->sent, half),
        .uncertainty_ns = half,
    };

    line->has_answered = true;
    backoff_reset(&line->backoff);
    switch (answer->exception) {
    case EXCEPTION_ACKNOWLEDGE:
    case EXCEPTION_BUSY:
        queue_note_answer(unit);
        if (ask_again(job, now.mono_ns))
            return;
        break;
    case EXCEPTION_GATEWAY_PATH:
    case EXCEPTION_GATEWAY_TARGET:
        queue_note_failure(unit, now.mono_ns);
        break;
    default:
        queue_note_answer(unit);
        break;
    }
    exchange_finish(job, &outcome);
}

static int find_awaited(const struct line *line, const struct frame_answer *answer)
{
    for (unsigned i = 0; i < line->in_flight_count; i++)
        if (!has_ids(line) || line->in_flight[i]->transaction == answer->transaction)
            return (int)i;
    return -1;
}

/* An answer to what nobody waits for is counted and forgotten; it costs nothing more. */
static void take_answer(struct line *line, const struct frame_answer *answer,
                        struct moment now)
{
    int index = find_awaited(line, answer);
    if (index < 0) {
        line->health.late++;
        return;
    }

    struct line_job *job = line->in_flight[index];
    struct frame_request request = request_of(job);
    if (frame_answers(answer, &request)) {
        take_from_flight(line, (unsigned)index);
        settle(line, job, answer, now);
        return;
    }
    line->health.malformed++;
    /* With the right id from the right unit nothing better will come. */
    if (has_ids(line) && answer->unit == request.unit &&
        answer->function == request.function) {
        struct line_outcome outcome = {.result = LINE_MALFORMED, .at = now};
        take_from_flight(line, (unsigned)index);
        exchange_finish(job, &outcome);
    }
}

/* A stream that lost its frames is opened anew; a serial line finds itself by silence. */
static void lose_frames(struct line *line, struct moment now)
{
    struct line_outcome outcome = {.result = LINE_MALFORMED, .at = now};

    line->health.malformed++;
    line->length = 0;
    if (!is_serial(line)) {
        line_break(line, -EPROTO);
        return;
    }
    line->ready_at_ns = now.mono_ns + QUIET_MS * NS_PER_MS;
    if (line->in_flight_count) {
        struct line_job *job = line->in_flight[0];
        take_from_flight(line, 0);
        exchange_finish(job, &outcome);
    }
}

static void parse_all(struct line *line, struct moment now)
{
    enum framing framing = line_framing(&line->terms.address);
    size_t at = 0;

    while (line->state == LINE_OPEN && at < line->length) {
        struct frame_answer answer = {0};
        int taken = frame_parse(framing, line->buffer + at, line->length - at, &answer);
        if (taken < 0) {
            lose_frames(line, now);
            return;
        }
        if (taken == 0)
            break;
        line->ready_at_ns = now.mono_ns + silence_ns(line);
        at += (size_t)taken;
        take_answer(line, &answer, now);
    }
    if (line->state != LINE_OPEN)
        return;
    line->length -= at;
    memmove(line->buffer, line->buffer + at, line->length);
}

void exchange_receive(struct line *line, const uint8_t *bytes, size_t length)
{
    struct moment now = clock_now();

    line->silent = 0;
    line->heard_ns = now.mono_ns;
    if (!has_ids(line) && !line->in_flight_count) {
        /* Without ids nothing that comes unasked can be told apart: let it pass. */
        line->health.late++;
        line->ready_at_ns =
            now.mono_ns + silence_ns(line) + (is_serial(line) ? QUIET_MS * NS_PER_MS : 0);
        exchange_pump(line);
        return;
    }
    while (length && line->state == LINE_OPEN) {
        size_t room = sizeof(line->buffer) - line->length;
        size_t part = length < room ? length : room;

        memcpy(line->buffer + line->length, bytes, part);
        line->length += part;
        bytes += part;
        length -= part;
        parse_all(line, now);
    }
    exchange_pump(line);
}

/* While bytes of an answer still arrive it gets more time, within limits. */
static bool is_dribbling(const struct line *line, const struct line_job *job,
                         int64_t now_ns)
{
    return line->length > 0 && line->heard_ns > job->sent.mono_ns &&
           now_ns < line->heard_ns + line->terms.timeout_ns &&
           now_ns < job->sent.mono_ns + STRETCH * line->terms.timeout_ns;
}

static void time_out(struct line *line, unsigned index, struct moment now)
{
    struct line_job *job = line->in_flight[index];
    struct line_unit *unit = job->unit;
    struct line_outcome outcome = {.result = LINE_TIMED_OUT, .at = now};
    bool is_torn = line->length > 0;

    take_from_flight(line, index);
    line->silent++;
    queue_note_failure(unit, now.mono_ns);
    /* Its answer may still come, and without an id it could be taken for the next one. */
    if (!has_ids(line) && unit->rests_until_ns < now.mono_ns + line->terms.timeout_ns)
        unit->rests_until_ns = now.mono_ns + line->terms.timeout_ns;
    line->length = is_serial(line) ? 0 : line->length;
    if (line->terms.zero_ids || (!is_serial(line) && is_torn))
        line_break(line, -EPROTO);
    else if (!is_serial(line) && line->silent >= SILENT_MAX)
        line_break(line, -ETIMEDOUT);
    exchange_finish(job, &outcome);
}

static void expire(struct line *line, struct moment now)
{
    for (unsigned i = 0; i < line->in_flight_count;) {
        struct line_job *job = line->in_flight[i];
        if (now.mono_ns < job->deadline_ns) {
            i++;
        } else if (is_dribbling(line, job, now.mono_ns)) {
            job->deadline_ns = line->heard_ns + line->terms.timeout_ns;
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
        if (now.mono_ns < line->ready_at_ns)
            return;
        struct line_job *job = queue_take(line, now.mono_ns);
        if (!job)
            return;
        send_job(line, job, now);
    }
}

static void work(struct line *line)
{
    struct moment now = clock_now();

    expire(line, now);
    if (line->state == LINE_CLOSED && !queue_is_empty(line)) {
        if (now.mono_ns >= line->retry_at_ns)
            line_open(line, now.mono_ns);
        else
            queue_fail(line, NULL, LINE_NOT_LINKED);
    }
    speak(line);
    if (line->terms.close_after_scan && line->state == LINE_OPEN &&
        !line->in_flight_count && queue_is_empty(line)) {
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
    int64_t due = INT64_MAX;

    for (unsigned i = 0; i < line->in_flight_count; i++)
        due = sooner(due, line->in_flight[i]->deadline_ns);
    if (line->state == LINE_OPENING)
        due = sooner(due, line->opening_until_ns);
    if (line->state == LINE_OPEN && line->in_flight_count < line->terms.max_in_flight) {
        int64_t ready = queue_ready_ns(line);
        if (ready != INT64_MAX)
            due = sooner(due, ready > line->ready_at_ns ? ready : line->ready_at_ns);
    }
    if (line->state == LINE_CLOSED && !queue_is_empty(line))
        due = sooner(due, line->retry_at_ns);
    return due;
}

static void on_timer(uv_timer_t *timer)
{
    struct line *line = timer->data;

    line->armed_ns = 0;
    exchange_pump(line);
}

/* Only ever set forward to something sooner: a timer that comes too early does no harm.
 */
static void arm(struct line *line)
{
    int64_t due = next_due_ns(line);
    if (due == INT64_MAX || (line->armed_ns && line->armed_ns <= due))
        return;

    int64_t wait = due - clock_now().mono_ns;
    uint64_t ms = wait > 0 ? (uint64_t)((wait + NS_PER_MS - 1) / NS_PER_MS) : 0;
    uv_update_time(line->loop);
    line->armed_ns = due;
    (void)uv_timer_start(&line->timer, on_timer, ms, 0);
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
