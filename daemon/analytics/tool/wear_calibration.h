/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a load to millimetres of wear: learned from edges of one type whose wear was
 * measured, used for those whose wear was not. Pure; no pointers.
 *
 * Wear is taken as linear in the logarithm of one load, either as it is or relative to
 * the same edge when it was new. Which load and which form is decided by what predicts
 * lives that were left out of the fit; a load that predicts no better than the mean wear
 * is not used at all.
 */
#pragma once

#include "daemon/analytics/tool/cut_load.h"

#define CALIBRATION_POINTS 192

/* ln of every channel's load; NAN = not known. */
struct load_reading {
    float plain[LOAD_CHANNELS];
    float relative[LOAD_CHANNELS]; /* to the edge's first reading */
};

struct calibration_point {
    int64_t life; /* any number that tells lives apart */
    float wear_mm;
    struct load_reading reading;
};

struct wear_calibration {
    struct calibration_point points[CALIBRATION_POINTS];
    uint32_t count, next;
    bool is_known, is_relative;
    uint32_t channel;
    double intercept, slope;
    double u_mm;        /* root mean square error on lives left out */
    double correlation; /* of the chosen load with wear */
};

void load_reading_init(struct load_reading *reading);

/* Adds a point and fits anew. */
void wear_calibration_add(struct wear_calibration *calibration,
                          const struct calibration_point *point);

/* mm, never negative; NAN when nothing is known. */
double wear_calibration_at(const struct wear_calibration *calibration,
                           const struct load_reading *reading);
