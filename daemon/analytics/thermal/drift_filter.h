/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Separates wear from heat: y = m + w age + G theta + noise, a Kalman filter without
 * process noise (domain.md 4.4). Wear starts again with each edge, heat with each
 * morning; that tells them apart. Pure; no pointers in it, so it is saved as it stands.
 */
#pragma once

enum drift_state {
    DRIFT_OFFSET, /* m, um */
    DRIFT_WEAR,   /* w, um a part */
    DRIFT_GAIN,   /* G, um for a unit of theta */
    DRIFT_STATES,
};

struct drift_filter {
    double x[DRIFT_STATES];
    double p[DRIFT_STATES][DRIFT_STATES];
};

struct drift_innovation {
    double error;    /* measured less expected, um */
    double variance; /* of it, noise included */
};

void drift_filter_init(struct drift_filter *filter, const double variances[DRIFT_STATES]);

/* A tool, lot or fixture was changed: the offset may have moved by this much. */
void drift_filter_reopen(struct drift_filter *filter, double variance);

/* What a measurement would say of the filter, which stays as it is. */
struct drift_innovation drift_filter_look(const struct drift_filter *filter, double age,
                                          double theta, double y, double noise);

/* Takes the measurement in; Joseph form. Returns what look() would have. */
struct drift_innovation drift_filter_add(struct drift_filter *filter, double age,
                                         double theta, double y, double noise);
