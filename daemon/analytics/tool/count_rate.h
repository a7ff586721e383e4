/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a control's count of wear grows with use, in whatever it counts, and how long
 * what is left of it will last: the first passage of domain.md 3.6. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/tool/life_grid.h"

#include <stdint.h>

struct count_rate {
    double age, count;            /* when it moved last, and to what */
    double ages, counts, squares; /* sums over steps: their squares by their ages */
    uint32_t steps;
    bool is_started, has_moved;
};

/* The count as it is at `age`, worn is more; a count that falls was set by somebody. */
void count_rate_add(struct count_rate *rate, double age, double count);

/*
 * How long `left` of the count lasts from `age` on, in units of age. False before it has
 * moved four times, and when nothing narrow enough can be said.
 */
bool count_rate_outlook(const struct count_rate *rate, double age, double left,
                        struct life_outlook *ret_outlook);
