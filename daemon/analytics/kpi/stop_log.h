/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest stops and cycles as they were counted, so that a correction can be taken
 * back and counted anew. Pure; no pointers, saved as it stands.
 */
#pragma once

#include "daemon/analytics/kpi/elements.h"
#include "daemon/model/record.h"

#define LOGGED_STOPS  64
#define LOGGED_LONG   96 /* of a minute and more, before those */
#define LOGGED_CYCLES 16

struct logged_stop {
    int64_t from_ns, to_ns; /* to_ns 0 while it lasts */
    enum execution state;
    enum reason reason;
    bool has_order;
    double load_s; /* of a minor stop: the part of it that was loading */
    double failures;
    struct kpi_elements counted;
};

struct logged_cycle {
    int64_t cycle_no; /* 0 = free */
    int64_t from_ns, to_ns;
    struct kpi_elements spread, counted;
};

struct stop_log {
    struct logged_stop stops[LOGGED_STOPS];
    struct logged_cycle cycles[LOGGED_CYCLES];
    uint32_t stop_count, cycle_count;
    struct logged_stop older[LOGGED_LONG];
    uint32_t older_count;
    struct logged_stop open; /* from_ns 0 = none */
};

/* The stop that began then; NULL = not known any more. */
struct logged_stop *stop_log_find(struct stop_log *log, int64_t from_ns);
struct logged_stop *stop_log_push(struct stop_log *log);

/* Is it older than all that is known? Then it was counted, and is told again. */
bool stop_log_has_forgotten(const struct stop_log *log, int64_t from_ns);
struct logged_cycle *stop_log_find_cycle(struct stop_log *log, int64_t cycle_no);
struct logged_cycle *stop_log_push_cycle(struct stop_log *log);

/* Did a fault end where this stop begins? Then it is the same failure. */
bool stop_log_continues_fault(const struct stop_log *log, int64_t from_ns);

/* Of `seconds` of a stop, what counts as what. `text` is the reason a person gave: the
 * name of a class counts as that class. */
struct kpi_elements stop_elements(const struct logged_stop *stop, double seconds,
                                  bool know_orders);

/* What a cycle record counts as; `planned` seconds for one part, NAN = nobody said. */
struct logged_cycle cycle_elements(const struct record *record, double planned);

/* What a person's words mean: "setup", "planned", … or OPERATOR. */
enum reason stop_reason(enum reason reason, const char *text);
