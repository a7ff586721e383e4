/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/motion.h"

#include <math.h>

static struct motion_totals extend(const struct motion_point *point, int64_t until_ns)
{
    struct motion_totals totals = point->totals;
    int64_t passed = until_ns - point->at_ns;

    if (passed <= 0)
        return totals;
    totals.cutting += point->flags & MOTION_CUTTING ? passed : 0;
    totals.turning += point->flags & MOTION_TURNING ? passed : 0;
    totals.probing += point->flags & MOTION_PROBING ? passed : 0;
    totals.aux += point->flags & MOTION_AUX ? passed : 0;
    totals.trial += point->flags & MOTION_TRIAL ? passed : 0;
    totals.feeding += point->flags & MOTION_FEEDING ? passed : 0;
    if (isnan(point->ratio))
        return totals;
    totals.overridden += passed;
    totals.mean += point->ratio * (double)passed;
    totals.slow += point->ratio < 0.5 ? passed : 0;
    /* An override of 0 is a hold, not a feed (domain.md 1.6). */
    if (point->flags & MOTION_FEEDING && point->ratio > 0) {
        totals.gain += (point->ratio - 1) * (double)passed;
        totals.changed += fabs(point->ratio - 1) > 0.02 ? passed : 0;
    }
    return totals;
}

void motion_set(struct motion *motion, int64_t at_ns, unsigned flags, double ratio)
{
    struct motion_point *last = &motion->points[motion->newest];
    struct motion_point point = {.at_ns = at_ns, .flags = flags, .ratio = ratio};

    if (motion->count == 0) {
        motion->count = 1;
        *last = point;
        return;
    }
    if (last->flags == flags &&
        (last->ratio == ratio || (isnan(last->ratio) && isnan(ratio))))
        return;
    if (at_ns <= last->at_ns) {
        last->flags = flags;
        last->ratio = ratio;
        return;
    }
    point.totals = extend(last, at_ns);
    motion->newest = (motion->newest + 1) % MOTION_POINTS;
    if (motion->count < MOTION_POINTS)
        motion->count++;
    motion->points[motion->newest] = point;
}

struct motion_totals motion_at(const struct motion *motion, int64_t at_ns)
{
    const struct motion_point *point = &motion->points[motion->newest];

    for (uint32_t back = 1; back < motion->count && point->at_ns > at_ns; back++)
        point = &motion->points[(motion->newest + MOTION_POINTS - back) % MOTION_POINTS];
    return extend(point, at_ns);
}

void motion_add(struct motion_totals *totals, const struct motion_totals *until,
                const struct motion_totals *from)
{
    totals->cutting += until->cutting - from->cutting;
    totals->turning += until->turning - from->turning;
    totals->probing += until->probing - from->probing;
    totals->aux += until->aux - from->aux;
    totals->feeding += until->feeding - from->feeding;
    totals->trial += until->trial - from->trial;
    totals->slow += until->slow - from->slow;
    totals->changed += until->changed - from->changed;
    totals->gain += until->gain - from->gain;
    totals->mean += until->mean - from->mean;
    totals->overridden += until->overridden - from->overridden;
}
