/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the charts call somebody for nothing, measured (domain.md 2.8). Pure; no
 * pointers. Weeks are of wall time, Monday to Sunday UTC.
 */
#pragma once

#include "daemon/model/record.h"

/* What the charts of one machine said in a week, and what people said of it. */
struct alarm_week {
    int64_t notices, pages; /* raised */
    int64_t acknowledged;   /* of both: seen by somebody */
    int64_t denied;         /* of those: said to be false */
    int64_t unconfirmed;    /* pages that ended without anybody */
};

struct alarm_rate {
    int64_t week; /* since 1970; 0 = nothing seen */
    int64_t has_last;
    struct alarm_week now, last; /* this one so far, the last whole one */
};

/* Whether a week is over; what it was is then in `last`. */
bool alarm_rate_advance(struct alarm_rate *rate, int64_t wall_ns);

/* The last whole week, else this one so far. */
const struct alarm_week *alarm_rate_week(const struct alarm_rate *rate);

/* Pages nobody confirmed, and alarms said to be false. */
double alarm_week_false(const struct alarm_week *week);

/* Of the alarms that somebody has seen, the share said to be false; NAN = none seen. */
double alarm_week_share(const struct alarm_week *week);
