/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cycle analytics of a machine remember, for the files machine_*.c alone. Pure.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/cycle/arrivals.h"
#include "daemon/analytics/cycle/calendar.h"
#include "daemon/analytics/cycle/path_cycles.h"
#include "daemon/analytics/run/job.h"

/* All that is remembered: plain bytes, no pointers. */
struct machine_state {
    uint32_t layout, size;
    struct job job;
    struct execution_state executions[PATHS_MAX];
    struct path_cycles paths[PATHS_MAX]; /* of a union only the master's is used */
    bool is_heard[PATHS_MAX];
    struct arrivals arrivals;
    struct moment seen;  /* the newest moment of which anything is known */
    struct moment heard; /* the newest sample's */
};

struct machine_cycles {
    struct tracker_options options;
    struct cycle_options defaults;
    const struct cycle_options *cycle;
    struct machine_state state;
    struct calendar calendar;
    bool is_restored; /* and nothing was heard since */
    int64_t shift_ns; /* added to monotonic time: a reboot gives it another start */
    struct path_view views[PATHS_MAX];
};

struct path_site machine_cycles_site(const struct machine_cycles *cycles, size_t path,
                                     const struct record_sink *sink);

/* Edges of `path`'s execution mean what they do to its cycle, or to the one of all. */
void machine_cycles_apply(struct machine_cycles *cycles, size_t path,
                          const struct execution_edges *edges,
                          const struct record_sink *sink);
