/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/readiness/supply.h"

#include <math.h>

#define KEPT 0.875 /* of all falls before, at each fall */

void supply_init(struct supply *supply)
{
    *supply = (struct supply){.level = NAN, .lowest = NAN};
}

/* Time counts from fall to fall; where a fall brings trouble by itself (coolant) also
 * from the start to the first, which can only tell too little. */
static void fall(struct supply *supply, const struct supply_rule *rule, double amount,
                 double now_h)
{
    if (supply->is_timed || rule->bounds_early) {
        supply->falls = KEPT * supply->falls + 1;
        supply->used = KEPT * supply->used + amount;
        supply->hours = KEPT * supply->hours + fmax(now_h - supply->since_h, 0);
    }
    supply->is_timed = now_h > 0;
    supply->since_h = now_h;
}

void supply_observe(struct supply *supply, const struct supply_rule *rule, double level,
                    double now_h)
{
    supply->level = level;
    if (isnan(level))
        return;
    if (isnan(supply->lowest)) {
        supply->lowest = level;
        supply->since_h = now_h;
    }
    if (supply->lowest - level >= rule->step) {
        fall(supply, rule, supply->lowest - level, now_h);
        supply->lowest = level;
    }
    if (level - supply->lowest < rule->refill)
        return;
    supply->lowest = level; /* what went on while it was filled is not known */
    supply->is_timed = false;
    if (!rule->bounds_early)
        supply->since_h = now_h;
}

double supply_lasts(const struct supply *supply, const struct supply_rule *rule,
                    double least, double now_h)
{
    double left = supply->level - least, open_h = now_h - supply->since_h;

    if (!(left > 0))
        return isnan(left) ? (double)NAN : 0;
    if (supply->hours > 0) {
        /* It may have become slower: no fall for longer than usual. */
        double usual = supply->used / supply->falls;
        double waited = (supply->used + usual) / (supply->hours + open_h);
        return left / fmin(supply->used / supply->hours, waited);
    }
    if (rule->bounds_early && open_h > 0)
        return left / rule->step * open_h;
    return NAN;
}
