/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line: one TCP connection or serial port, and all units behind it. Loop thread.
 *
 * Links with the same url share a line, so that a gateway or a bus sees one schedule:
 * `max_in_flight` requests at most, units in turn, and a unit that does not answer rests
 * while the others go on. Requests that were answered late, or by someone else, never
 * become values: an answer has to carry the awaited transaction, unit, function and
 * amount.
 */
#pragma once

#include "daemon/base/moment.h"
#include "drivers/modbus/address.h"

#include <uv.h>

struct line_unit; /* one unit of a line */

/* How a line is used; the first link's terms hold for all of its links. */
struct line_terms {
    struct line_address address;
    int64_t timeout_ns;
    int64_t pause_after_connect_ns, pause_between_ns;
    unsigned max_in_flight;
    int64_t late_ns; /* on a serial line an answer may be so late; 0 = never late */
    bool close_after_scan;
    bool zero_ids; /* every transaction is 0 */
};

enum line_result {
    LINE_ANSWERED,
    LINE_REFUSED, /* an exception */
    LINE_TIMED_OUT,
    LINE_MALFORMED,  /* answered, but not what was asked */
    LINE_NOT_LINKED, /* there is no connection */
    LINE_RESTING,    /* the unit did not answer lately; it is not asked again yet */
    LINE_OWED, /* an older answer could be taken for this one: ask for another amount */
};

struct line_outcome {
    enum line_result result;
    uint8_t exception;
    const uint8_t *data; /* lives during the call */
    size_t length;
    struct moment at; /* the middle between request and answer; else: now */
    int64_t uncertainty_ns;
};

struct line_job {
    struct line_unit *unit;
    uint8_t function;
    uint16_t address, count;
    bool is_divisible; /* wants LINE_OWED; else it waits until nothing is owed */
    void *owner;
    /* Exactly once for each line_submit() that returned 0, never from within it. */
    void (*done)(void *owner, struct line_job *job, const struct line_outcome *outcome);

    /* The line's own. */
    struct line_job *next;
    bool is_busy;      /* queued or under way */
    bool is_repeated;  /* once already, because the connection broke */
    bool is_suspected; /* once already: its answer may have been another one's copy */
    unsigned tries;    /* after "busy" */
    uint16_t transaction;
    struct moment sent;
    int64_t deadline_ns;
    uint64_t
        overdue_turn; /* of the line's timer, when the deadline had passed; 0 = not */
};

struct line_health {
    bool is_open;
    int64_t reconnects;
    int64_t late;      /* whole answers that nobody waited for */
    int64_t nameless;  /* those of them that were right but for their id, which is 0 */
    int64_t malformed; /* frames that were none, or not what was asked */
    int last_error;    /* why there is no connection; 0 = none */
};

/* Joins the line, or opens it for the first of its links. */
int line_join(uv_loop_t *loop, const struct line_terms *terms, uint8_t number,
              struct line_unit **ret_unit);

/* Cancel the jobs first. The last one to leave closes the line. Accepts NULL. */
void line_leave(struct line_unit *unit);

/*
 * Takes the job until it is done. Returns 0, or -EALREADY while it is busy, or
 * -EINPROGRESS when it was answered, and it is not clear yet whether by the right one.
 */
int line_submit(struct line_job *job);
void line_cancel(struct line_job *job);

/* May an older answer come, that would look like the one to such a question? */
bool line_owes(const struct line_unit *unit, uint8_t function, uint16_t count);

void line_describe(const struct line_unit *unit, struct line_health *ret_health);
