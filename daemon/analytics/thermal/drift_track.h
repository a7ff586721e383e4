/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drift between two measurements from what the temperatures did since the first: least
 * squares with a ridge on differences, which is re-zeroing at each measurement
 * (domain.md 4.5). A body follows a sensor late, so each sensor is also seen through lags
 * of several lengths; which lag and how stiff a ridge is weighed by the errors they made
 * on measurements they had not seen. Scale-free: any unit of length. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/statistics/symmetric.h"
#include "daemon/analytics/thermal/drift_bank.h"

enum {
    LAG_COUNT = 4,
    RIDGE_COUNT = 2,
    EXPERT_COUNT = LAG_COUNT * RIDGE_COUNT,
};

extern const double lag_tau_s[LAG_COUNT];

/* All sensors through all lags, degC; NAN = never heard. */
struct lagged {
    double values[LAG_COUNT][SENSOR_COUNT];
};

struct track_lag {
    double information[SYMMETRIC_MAX][SYMMETRIC_MAX];
    double moment[SENSOR_COUNT];
};

struct track_expert {
    double gain[SENSOR_COUNT]; /* um/K */
    double squares;            /* of errors on measurements not seen before */
    double weight;             /* what is missing to 1 is "nothing moves" */
};

struct drift_track {
    struct track_lag lags[LAG_COUNT];
    struct track_expert experts[EXPERT_COUNT];
    double hold_squares; /* of holding the last value */
    double own_squares;  /* of the mixture */
    double seconds;      /* of all intervals */
    double count;
    bool is_anchored;
    double anchor; /* the last measurement */
    struct lagged anchor_heat;
};

void drift_track_init(struct drift_track *track);

/* A new level that heat has nothing to do with: tool, lot, fixture. */
void drift_track_reopen(struct drift_track *track);

/* Expected now, by the last measurement and the temperatures; NAN before the first. */
double drift_track_expect(const struct drift_track *track, const struct lagged *heat);
void drift_track_add(struct drift_track *track, const struct lagged *heat, double y,
                     double seconds);
