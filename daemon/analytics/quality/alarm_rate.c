/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/alarm_rate.h"

#include <math.h>

#define WEEK_NS (7 * NS_PER_DAY)

bool alarm_rate_advance(struct alarm_rate *rate, int64_t wall_ns,
                        struct alarm_rate *ret_week)
{
    int64_t week = (wall_ns + 3 * NS_PER_DAY) / WEEK_NS; /* 1970-01-01 was a Thursday */
    bool is_over = rate->week != 0 && week > rate->week;

    if (week <= rate->week)
        return false;
    *ret_week = *rate;
    *rate = (struct alarm_rate){.week = week, .last_week = NAN};
    if (is_over)
        rate->last_week = (double)(ret_week->denied + ret_week->unconfirmed);
    return is_over;
}

double alarm_rate_false(const struct alarm_rate *rate)
{
    if (rate->week == 0)
        return NAN;
    return isnan(rate->last_week) ? (double)(rate->denied + rate->unconfirmed)
                                  : rate->last_week;
}
