/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a link, shared by link.c (its life), scan.c (what it asks),
 * division.c and refusal.c.
 */
#pragma once

#include "drivers/driver.h"
#include "drivers/modbus/holes.h"
#include "drivers/modbus/line.h"
#include "drivers/modbus/point.h"

#define CLASSES_MAX   32
#define LATENCIES_MAX 128

struct request {
    struct line_job job;
    struct driver_link *link;
    struct request_plan plan;
    int64_t answered_ns;     /* when it last was; at first: when it was planned */
    struct request *sibling; /* the other half of what was refused; NULL = none */
    struct request *before;  /* what it was divided from for once; NULL = none */
    bool has_answered;
    bool is_doubted; /* refused once; another time and it is believed */
    bool is_due;     /* its turn came while its last answer was not believed yet */
};

/* Everything that is read with one period. */
struct scan_class {
    struct driver_link *link;
    int64_t period_ns;
    struct slot_task *task;
    bool has_begun;
};

struct driver_link {
    struct driver_site site;
    uv_timer_t closer; /* only to be closed: stopped() must not come from within stop() */
    struct line_unit *unit;
    uint8_t unit_number;
    struct line_terms terms;

    struct point *points;
    struct point_name *names; /* of the points that have any */
    struct span *spans;
    struct sample *samples; /* of one answer */
    size_t point_count;
    struct request *requests;
    struct request_plan *plans;
    size_t request_count;
    uint32_t *scratch;
    struct plan_limits limits;
    struct hole_list holes;
    unsigned suspected[2]; /* block of words, of bits that was refused; 0 = none */
    bool wants_plan;

    struct scan_class classes[CLASSES_MAX];
    size_t class_count;
    struct slot_task *beginning; /* asks for what no class has asked for yet */

    bool is_linked, has_reported_link;
    unsigned failures; /* in a row */
    int64_t link_since_wall_ns;
    int64_t latencies[LATENCIES_MAX];
    size_t latency_count; /* of all time */
    struct link_health health;
};

/* Makes the requests anew; nothing may be under way. */
void scan_plan(struct driver_link *link);

/* A class is due. */
void scan_on_slot(void *owner, struct moment due, int64_t missed);

void scan_cancel(struct driver_link *link);

/* Makes one request ready to be submitted. */
void scan_prepare(struct driver_link *link, struct request *request,
                  const struct request_plan *plan, struct moment now);

/* The points of a request have no value now, or their last one is stale. */
void scan_fail_points(struct driver_link *link, const struct request_plan *plan,
                      enum quality quality, enum why why, struct moment now);

/*
 * Leaves the request its first `spans` and returns a new one for the others, both ready
 * to be submitted.
 */
struct request *division_make(struct request *request, size_t spans, struct moment now);
bool division_is_possible(const struct request *request);

/* An older answer could be taken for this one: asks for its points in other amounts. */
void division_take(struct request *request, struct moment now);

/* Puts together again what was divided for once, as far as it is idle. */
void division_undo(struct driver_link *link, struct moment now);

/* Exceptions 1 to 4. */
void refusal_take(struct request *request, uint8_t exception, struct moment now);
void refusal_note_answer(struct request *request, struct moment now);

/* Has the holes kept over a restart, under the name of who has them: "tcp://host:502#1".
 */
void refusal_mark(struct driver_link *link);
void refusal_owner(const struct driver_link *link, struct text *text);
