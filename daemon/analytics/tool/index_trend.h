/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load index of one edge and how fast it grows a cycle: a Kalman filter over level
 * and slope (domain.md 3.4). For the eye: remaining life is not told by straight lines.
 * Pure; no pointers.
 */
#pragma once

#include <stdbool.h>

struct index_trend {
    double level, slope;              /* 1.0 = fresh; a cycle */
    double p_level, p_mixed, p_slope; /* their covariance */
    bool is_started;
};

/* A fresh edge: level 1, no growth, both uncertain. */
void index_trend_init(struct index_trend *trend);

/* One cycle later an index was seen, with noise `sigma`. */
void index_trend_add(struct index_trend *trend, double index, double sigma);
