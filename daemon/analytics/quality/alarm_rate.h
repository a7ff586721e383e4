/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the charts call somebody for nothing, measured (domain.md 2.8). Pure; no
 * pointers. Weeks are of wall time, Monday to Sunday UTC.
 */
#pragma once

#include "daemon/model/record.h"

struct alarm_rate {
    int64_t week;           /* since 1970; 0 = nothing seen */
    int64_t notices, pages; /* raised this week */
    int64_t acknowledged;   /* pages somebody has seen */
    int64_t denied;         /* alarms acknowledged as false */
    int64_t unconfirmed;    /* pages that ended without anybody */
    double last_week;       /* false pages of the last whole week; NAN = none */
};

/* A week that is over; what it was is in `ret_week`. */
bool alarm_rate_advance(struct alarm_rate *rate, int64_t wall_ns,
                        struct alarm_rate *ret_week);

/* Pages a week nobody has confirmed: of the last whole week, else of this one so far. */
double alarm_rate_false(const struct alarm_rate *rate);
