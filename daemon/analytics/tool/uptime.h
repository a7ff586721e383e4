/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a machine runs before somebody must come: hours of running, and stops that
 * nobody planned (domain.md 3.10). Pure; no pointers, saved as it stands.
 */
#pragma once

#include "daemon/analytics/cycle/stops.h"
#include "daemon/analytics/tool/economics.h"

/* A state that can still be corrected. */
struct uptime_state {
    int64_t from_ns, to_ns;
    double run_s, weight; /* what it has added to the sums */
    bool is_stop;
};

struct uptime {
    double run_s, stops; /* what is old counts by half */
    struct uptime_state recent[STOPS_KEPT];
    uint32_t newest;
    struct mtbf an_hour; /* of one hour with `known_stops`, which is dear to find */
    double known_stops;
    bool is_known;
};

/* Counts a state that has ended, anew when it was heard before. A stop is one when a
 * fault, a feed hold, a programmed stop or nothing known caused it and no person called
 * it planned, setup or the like; its pieces are one stop. */
void uptime_hear(struct uptime *uptime, const struct record *record);

/* Of the newest 500 to 1,000 h of running; both NAN before the first. */
struct mtbf uptime_mtbf(struct uptime *uptime);
