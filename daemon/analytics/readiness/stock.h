/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine uses up, as its signals say: the bar, blanks, bars or pallets that wait,
 * coolant, room for chips. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/readiness/supply.h"
#include "daemon/model/sample.h"

#define STOCK_TANKS 4 /* places of coolant, and of chips */

struct tank {
    char place[32];
    struct supply supply;
};

struct stock {
    struct supply bar, parts, loads;
    double hours;     /* of production until the last cycle that is counted, and */
    int64_t ended_ns; /* wall, when that ended; 0 = none yet */
    double cycle_h;   /* it took, loading included */
    double bar_end;   /* 1 = the feeder is empty; NAN = it does not say */
    struct tank coolant[STOCK_TANKS], chips[STOCK_TANKS];
    int64_t coolant_count, chip_count;
};

struct tool_options;

void stock_init(struct stock *stock);
void stock_observe(struct stock *stock, const struct sample *sample);

/* A cycle that ended at `wall_ns` took so many hours with what lay before it. */
void stock_run(struct stock *stock, double hours, int64_t wall_ns);

/*
 * Sets stock, coolant and chips of `ret_hours` (indexed by enum need): hours of
 * production, NAN = not known. Several tanks: the first that is empty or full. A bar at
 * work and those that wait add up; what is left to make ends it before that. `options`
 * has the remnant and the limits, NULL = defaults.
 */
void stock_lasts(const struct stock *stock, const struct tool_options *options,
                 int64_t wall_ns, double ret_hours[]);
