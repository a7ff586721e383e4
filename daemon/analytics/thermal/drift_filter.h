/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Separates wear from heat: y = m + w age + G theta + lot + fixture + override + noise, a
 * Kalman filter without process noise (domain.md 4.4). Wear starts again with each edge,
 * heat with each morning; that tells them apart. Lot, fixture and override are levels
 * against those of the first measurement, so each is known apart from m and from the
 * others as far as the parts say. Pure; no pointers, so it is saved as it stands.
 */
#pragma once

enum drift_state {
    DRIFT_OFFSET, /* m, um */
    DRIFT_WEAR,   /* w, um a part */
    DRIFT_GAIN,   /* G, um for a unit of theta */
    DRIFT_LOT,    /* um; this and the next two count from the first one's */
    DRIFT_FIXTURE,
    DRIFT_OVERRIDE,
    DRIFT_STATES,
    DRIFT_PACKED = DRIFT_STATES * (DRIFT_STATES + 1) / 2,
};

struct drift_filter {
    double x[DRIFT_STATES];
    double p[DRIFT_PACKED]; /* covariance, lower triangle row by row */
};

struct drift_innovation {
    double error;    /* measured less expected, um */
    double variance; /* of it, noise included */
};

void drift_filter_init(struct drift_filter *filter, const double variances[DRIFT_STATES]);

/* Where a pair of states stands in a packed triangle. */
int drift_packed(int one, int other);

double drift_filter_covariance(const struct drift_filter *filter, int one, int other);

/* This state may have moved by so much: a tool was changed, an override begins. */
void drift_filter_reopen(struct drift_filter *filter, enum drift_state state,
                         double variance);

/* This state is another one, known to be 0 give or take this much: another lot. */
void drift_filter_renew(struct drift_filter *filter, enum drift_state state,
                        double variance);

/* What a measurement at `h` (1, age, theta, then 1 for each level that holds) would say
 * of the filter, which stays as it is. */
struct drift_innovation drift_filter_look(const struct drift_filter *filter,
                                          const double h[DRIFT_STATES], double y,
                                          double noise);

/* Takes the measurement in; Joseph form. Returns what look() would have. */
struct drift_innovation drift_filter_add(struct drift_filter *filter,
                                         const double h[DRIFT_STATES], double y,
                                         double noise);
