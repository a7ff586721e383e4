/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cycle as it stood whenever a part was counted in it; path_loop.h makes one cycle a
 * part of them when the program turns out to be a loop. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/motion.h"
#include "daemon/base/moment.h"
#include "daemon/model/code.h"

#define LOOP_MARKS 8

struct loop_mark {
    struct moment at;
    double variance_s2;
    int64_t parts;
    int64_t spent[EXECUTION_UNAVAIL + 1];
    struct motion_totals run;
    int64_t timer_ns, energy_ns, change_ns;
};

struct loop {
    uint32_t count;
    struct loop_mark marks[LOOP_MARKS];
};
