/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in on a line: which of it is the awaited answer, and what becomes of the
 * rest. */
#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

#include <errno.h>
#include <string.h>

enum {
    BUSY_TRIES = 4,     /* of a device that says it is busy */
    QUIET_MS = 50,      /* after bytes that made no sense on a serial line */
    BUSY_PAUSE_MS = 50, /* doubles */
    TELLING = 8,        /* bytes of a frame that say what it is */
};

static int64_t silence_ns(const struct line *line)
{
    int64_t silence = line_silence_ns(&line->terms.address);
    int64_t pause = line->terms.pause_between_ns;

    return silence > pause ? silence : pause;
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
    if (line->trial)
        trial_begin(line, job, &outcome);
    else
        exchange_finish(job, &outcome);
}

static int find_awaited(const struct line *line, const struct frame_answer *answer)
{
    for (unsigned i = 0; i < line->in_flight_count; i++)
        if (!exchange_has_ids(line) ||
            line->in_flight[i]->transaction == answer->transaction)
            return (int)i;
    return -1;
}

/* One that is late or of no use: was it owed, or does it cast its doubts? */
static void take_surplus(struct line *line, const struct frame_answer *answer,
                         int64_t now_ns)
{
    if (trial_doubts(line, now_ns) || !debt_settle(line, answer, now_ns))
        trial_compare(line, answer, now_ns);
}

/* A server that does not repeat transaction ids would look like a dead one. */
static bool is_nameless(const struct line *line, const struct frame_answer *answer)
{
    if (!exchange_has_ids(line) || answer->transaction || line->in_flight_count != 1)
        return false;
    struct frame_request request = exchange_request(line->in_flight[0]);
    return frame_answers(answer, &request);
}

/* An answer to what nobody waits for is counted and forgotten; it costs nothing more. */
static void take_answer(struct line *line, const struct frame_answer *answer,
                        struct moment now)
{
    int index = find_awaited(line, answer);
    if (index < 0) {
        line->health.late++;
        line->health.nameless += is_nameless(line, answer);
        take_surplus(line, answer, now.mono_ns);
        return;
    }

    struct line_job *job = line->in_flight[index];
    struct frame_request request = exchange_request(job);
    if (frame_answers(answer, &request)) {
        exchange_take_from_flight(line, (unsigned)index, now.mono_ns);
        if (trial_suspects(line, job, answer, now.mono_ns))
            queue_add_first(job);
        else
            settle(line, job, answer, now);
        return;
    }
    line->health.malformed++;
    take_surplus(line, answer, now.mono_ns);
    /* With the right id from the right unit nothing better will come. */
    if (exchange_has_ids(line) && answer->unit == request.unit &&
        answer->function == request.function) {
        struct line_outcome outcome = {.result = LINE_MALFORMED, .at = now};
        exchange_take_from_flight(line, (unsigned)index, now.mono_ns);
        exchange_finish(job, &outcome);
    }
}

/* A stream that lost its frames is opened anew; a serial line finds itself by silence. */
static void lose_frames(struct line *line, struct moment now)
{
    struct line_outcome outcome = {.result = LINE_MALFORMED, .at = now};

    line->health.malformed++;
    line->length = 0;
    if (!exchange_is_serial(line)) {
        line_break(line, -EPROTO);
        return;
    }
    line->ready_at_ns = now.mono_ns + QUIET_MS * NS_PER_MS;
    trial_doubt(line, now.mono_ns);
    if (line->in_flight_count) {
        struct line_job *job = line->in_flight[0];
        debt_note(job, job->deadline_ns, now.mono_ns);
        exchange_take_from_flight(line, 0, now.mono_ns);
        exchange_finish(job, &outcome);
    }
}

/*
 * Is what follows a frame the beginning of another one? If not, the frame was cut short
 * and filled with bytes of the next. Returns -EPROTO, or 0 when it cannot be told yet.
 */
static int judge_rest(const struct line *line, const uint8_t *rest, size_t length)
{
    enum framing framing = line_framing(&line->terms.address);
    struct frame_answer following;

    if (framing != FRAMING_TCP || length == 0)
        return 1;
    if (frame_parse(framing, rest, length, &following) < 0)
        return -EPROTO;
    return length >= TELLING || line->in_flight_count < 2;
}

static void parse_all(struct line *line, struct moment now)
{
    enum framing framing = line_framing(&line->terms.address);
    size_t at = 0;

    while (line->state == LINE_OPEN && at < line->length) {
        struct frame_answer answer = {0};
        int taken = frame_parse(framing, line->buffer + at, line->length - at, &answer);
        size_t end = at + (size_t)(taken > 0 ? taken : 0);
        int rest =
            taken > 0 ? judge_rest(line, line->buffer + end, line->length - end) : taken;
        if (rest < 0) {
            lose_frames(line, now);
            return;
        }
        if (rest == 0)
            break;
        line->ready_at_ns = now.mono_ns + silence_ns(line);
        at = end;
        take_answer(line, &answer, now);
    }
    if (line->state != LINE_OPEN)
        return;
    line->length -= at;
    memmove(line->buffer, line->buffer + at, line->length);
}

/* What comes unasked on a line without ids passes, and casts its doubts. */
static void overhear(struct line *line, struct moment now)
{
    size_t at = 0;

    line->ready_at_ns = now.mono_ns + silence_ns(line) +
                        (exchange_is_serial(line) ? QUIET_MS * NS_PER_MS : 0);
    while (at < line->length) {
        struct frame_answer answer = {0};
        int taken = frame_parse(line_framing(&line->terms.address), line->buffer + at,
                                line->length - at, &answer);
        if (taken == 0)
            break;
        line->health.late++;
        if (taken < 0) {
            line->length = 0;
            trial_doubt(line, now.mono_ns);
            return;
        }
        at += (size_t)taken;
        take_surplus(line, &answer, now.mono_ns);
    }
    line->length -= at;
    memmove(line->buffer, line->buffer + at, line->length);
}

void exchange_receive(struct line *line, const uint8_t *bytes, size_t length)
{
    struct moment now = clock_now();

    line->silent = 0;
    line->heard_ns = now.mono_ns;
    while (length && line->state == LINE_OPEN) {
        size_t room = sizeof(line->buffer) - line->length;
        size_t part = length < room ? length : room;

        memcpy(line->buffer + line->length, bytes, part);
        line->length += part;
        bytes += part;
        length -= part;
        if (exchange_has_ids(line) || line->in_flight_count)
            parse_all(line, now);
        else
            overhear(line, now);
    }
    exchange_pump(line);
}
