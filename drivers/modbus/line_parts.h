/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a line, shared by line.c (who is on it), exchange.c (who speaks),
 * reception.c (what comes in) and queue.c (who waits).
 */
#pragma once

#include "daemon/base/backoff.h"
#include "drivers/modbus/debt.h"
#include "drivers/modbus/line.h"
#include "drivers/modbus/transport.h"

#define LINE_IN_FLIGHT_MAX 16

enum line_state {
    LINE_CLOSED,
    LINE_OPENING,
    LINE_OPEN,
};

struct line_unit {
    struct line *line;
    struct line_unit *next; /* of the line; ends with NULL */
    uint8_t number;
    unsigned links;
    struct line_job *first, *last; /* waiting */
    unsigned in_flight;
    unsigned failures;  /* time-outs and gateway's complaints since the last answer */
    int64_t timeout_ns; /* the longest of its links */
    int64_t rests_until_ns;
    int64_t spent_ns;             /* of the line's time, against line->fair_ns */
    int64_t slowest_ns;           /* from a question to its answer, lately */
    struct line_job step;         /* asked to get back into step */
    bool is_out_of_step;          /* without ids: an answer may still be on its way */
    struct debt debts[DEBTS_MAX]; /* oldest first */
    unsigned debt_count;
    int64_t lateness_ns; /* twice what a late answer took, lately */
    struct backoff backoff;
};

struct line {
    struct line *next; /* of all lines */
    uv_loop_t *loop;
    struct line_terms terms;
    struct line_unit *units, *turn; /* who may speak next of those with equal claims */
    int64_t fair_ns;                /* what the unit that spoke last had spent */
    uv_timer_t timer;
    int64_t armed_ns; /* when the timer goes off; 0 = never */
    uint64_t turns;   /* how often it has */

    struct transport *transport;
    enum line_state state;
    bool is_closing;
    bool is_pumping, pumps_again;
    bool has_answered; /* since it was opened */
    unsigned silent;   /* time-outs since anything was heard */
    int64_t opening_until_ns, ready_at_ns, retry_at_ns;
    struct backoff backoff;

    struct line_job *in_flight[LINE_IN_FLIGHT_MAX];
    unsigned in_flight_count;
    struct trial *trial; /* NULL where ids tell whose answer it is */
    uint16_t next_transaction;
    uint8_t buffer[2 * FRAME_MAX];
    size_t length;
    int64_t heard_ns;
    struct line_health health;
};

/* exchange.c: everything that is due now; arms the timer for what is due later. */
void exchange_pump(struct line *line);

/* exchange.c: the timer went off, and the loop has read what there was before. */
void exchange_on_timer(uv_timer_t *timer);

bool exchange_has_ids(const struct line *line);
bool exchange_is_serial(const struct line *line);
struct frame_request exchange_request(const struct line_job *job);
void exchange_take_from_flight(struct line *line, unsigned index, int64_t now_ns);

/* reception.c: bytes have come. */
void exchange_receive(struct line *line, const uint8_t *bytes, size_t length);

/* exchange.c: ends a job that is no longer in a queue or under way. */
void exchange_finish(struct line_job *job, const struct line_outcome *outcome);

/* line.c: the connection is of no use any more; what was under way is asked once more. */
void line_break(struct line *line, int error);

/* line.c: opens, or says why not by line_break(). */
void line_open(struct line *line, int64_t now_ns);

/* queue.c: who waits, and whose turn it is. */
void queue_add(struct line_job *job);
void queue_add_first(struct line_job *job);
void queue_remove(struct line_job *job);
bool queue_is_empty(const struct line *line);
bool queue_is_shared(const struct line *line);
struct line_job *queue_take(struct line *line, int64_t now_ns);

/* The soonest moment at which a job that waits may go; INT64_MAX = there is none. */
int64_t queue_ready_ns(const struct line *line);

/* Ends all that wait, `only` of this unit or (NULL) of all units. */
void queue_fail(struct line *line, const struct line_unit *only, enum line_result result);

/* The unit did not answer, or its gateway could not reach it. */
void queue_note_failure(struct line_unit *unit, int64_t now_ns);
void queue_note_answer(struct line_unit *unit);

/*
 * trial.c: answers without ids, until they are believed. All but trial_create() do
 * nothing on a line that has none.
 */
int trial_create(struct trial **ret_trial);

/* May the answer be another one's, come again? Then the job is to be asked once more. */
bool trial_suspects(struct line *line, struct line_job *job,
                    const struct frame_answer *answer, int64_t now_ns);

/* Takes an answered job, and finishes those before it that it vouches for. */
void trial_begin(struct line *line, struct line_job *job,
                 const struct line_outcome *outcome);

/* When trial_end() has something to do; INT64_MAX = never. */
int64_t trial_due_ns(const struct line *line);
void trial_end(struct line *line, int64_t now_ns);

/* Must the next question wait until the answers before it are believed? */
bool trial_forbids(const struct line *line, int64_t now_ns);

/* Something came that nobody waits for: bytes, or a whole answer. */
void trial_doubt(struct line *line, int64_t now_ns);
void trial_compare(struct line *line, const struct frame_answer *answer, int64_t now_ns);

/* The other end closed the connection: nothing more will come. */
void trial_end_by_hanging_up(struct line *line);

/* Is the line in doubt, since something came that is not accounted for? */
bool trial_doubts(const struct line *line, int64_t now_ns);

bool trial_holds(const struct line *line, const struct line_job *job);

/* Takes the job off trial. Returns whether it was. */
bool trial_forget(const struct line *line, const struct line_job *job);
