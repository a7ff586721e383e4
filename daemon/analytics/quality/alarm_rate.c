/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/alarm_rate.h"

#include <math.h>

#define WEEK_NS (7 * NS_PER_DAY)

bool alarm_rate_advance(struct alarm_rate *rate, int64_t wall_ns)
{
    int64_t week = (wall_ns + 3 * NS_PER_DAY) / WEEK_NS; /* 1970-01-01 was a Thursday */
    bool is_over = rate->week != 0 && week > rate->week;

    if (week <= rate->week)
        return false;
    if (is_over) {
        rate->last = rate->now;
        rate->has_last = 1;
    }
    rate->now = (struct alarm_week){0};
    rate->week = week;
    return is_over;
}

const struct alarm_week *alarm_rate_week(const struct alarm_rate *rate)
{
    return rate->has_last ? &rate->last : &rate->now;
}

double alarm_week_false(const struct alarm_week *week)
{
    return (double)(week->denied + week->unconfirmed);
}

double alarm_week_share(const struct alarm_week *week)
{
    if (week->acknowledged == 0)
        return NAN;
    return (double)week->denied / (double)week->acknowledged;
}
