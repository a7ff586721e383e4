/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drift between two measurements from what the temperatures did since the first: least
 * squares with a ridge on differences, which is re-zeroing at each measurement
 * (domain.md 4.5). What is near a sensor follows it soon and the frame late, so an expert
 * sees each sensor through a short and a long lag at once; which pair of lags and how
 * stiff a ridge is weighed by the errors they made on measurements they had not seen.
 * Scale-free: any unit of length. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/thermal/drift_bank.h"

enum {
    PAIR_COUNT = 3,
    LAG_COUNT = 2 * PAIR_COUNT, /* a pair is a short lag and the long one behind it */
    RIDGE_COUNT = 2,
    EXPERT_COUNT = PAIR_COUNT * RIDGE_COUNT,
    TRACK_INPUTS = 2 * SENSOR_COUNT,
    TRACK_PACKED = TRACK_INPUTS * (TRACK_INPUTS + 1) / 2,
};

extern const double lag_tau_s[LAG_COUNT];

/* All sensors through all lags, degC; NAN = never heard. */
struct lagged {
    double values[LAG_COUNT][SENSOR_COUNT];
};

struct track_pair {
    double information[TRACK_PACKED]; /* lower triangle, row by row */
    double moment[TRACK_INPUTS];
};

struct track_expert {
    double gain[TRACK_INPUTS]; /* um/K */
    double squares;            /* of errors on measurements not seen before */
    double weight;             /* what is missing to 1 is "nothing moves" */
};

struct drift_track {
    struct track_pair pairs[PAIR_COUNT];
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

/* Has any expert learned something of the temperatures? */
bool drift_track_is_moving(const struct drift_track *track);

/* Expected now, by the last measurement and the temperatures; NAN before the first. */
double drift_track_expect(const struct drift_track *track, const struct lagged *heat);
void drift_track_add(struct drift_track *track, const struct lagged *heat, double y,
                     double seconds);
