/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The temperatures of a machine: each as it is, through lags, its last quarter of an
 * hour, and how it follows the spindle's heat. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/thermal/drift_track.h"
#include "daemon/analytics/thermal/heat_input.h"
#include "daemon/model/record.h"

enum {
    SENSOR_MINUTES = 16
}; /* a window of 15 minutes and both its ends */

/* T = a + K x, x a virtual state; Welford's sums. */
struct sensor_fit {
    double x, t, xx, xt, tt;
};

struct sensor {
    char place[RECORD_NAME_MAX]; /* "" = free */
    double value;                /* degC; NAN = never heard */
    double first;                /* what theta counts from */
    double lags[LAG_COUNT];
    struct moment at; /* the lags are of this moment */
    double minutes[SENSOR_MINUTES];
    int64_t minute_count;
    struct sensor_fit fits[VIRTUAL_COUNT];
    int64_t fit_count;
};

struct sensors {
    struct sensor items[SENSOR_COUNT];
};

/* How a sensor follows the spindle. */
struct sensor_course {
    double tau_s, tau_u_s;
    double rise, base; /* K at full heat; degC when cold */
    bool is_identified;
};

void sensors_init(struct sensors *sensors);

/* Takes a temperature in; one too many is left out. */
void sensors_observe(struct sensors *sensors, const char *place, double celsius,
                     struct moment at);

/* Once a minute of the clock. */
void sensors_minute(struct sensors *sensors, const struct heat_input *heat);
void sensors_lagged(const struct sensors *sensors, struct moment at, double ahead_s,
                    struct lagged *ret);

/* K per 15 minutes, least squares over them; NAN below ten values (domain.md 4.3). */
double sensor_rate(const struct sensor *sensor);
bool sensor_is_used(const struct sensor *sensor);

/* tau_s is NAN where the spindle has not moved the sensor yet. */
void sensor_course(const struct sensor *sensor, struct sensor_course *ret);
