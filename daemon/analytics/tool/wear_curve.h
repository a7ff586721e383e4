/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When will measured wear reach its limit? A posterior over life lengths from few,
 * irregular measurements of one edge. Pure.
 *
 * Every candidate is a curve w(t) = w0 + (limit - w0) g(t / L): a fast break-in to w0,
 * then growth g that is steady, bends, or accelerates towards the end (ISO 3685:
 * break-in, steady, accelerated). L, w0 and the shape of g lie on a grid with weak
 * priors, the noise is integrated out. Where a candidate reaches the limit is told from
 * the newest measurement: half of its deviation from the curve stays, because wear does
 * not go back to a curve. Few points therefore give wide intervals, not wrong ones.
 */
#pragma once

#include "daemon/analytics/tool/first_passage.h"
#include "daemon/analytics/tool/life_grid.h"

#define WEAR_POINTS 32

struct wear_point {
    double age;  /* in the unit of life */
    double wear; /* in the limit's unit */
};

struct wear_curve {
    double age;     /* of the newest point */
    double longest; /* life that is thought of, times that age */
    double lives[LIFE_GRID], weights[LIFE_GRID]; /* ages at which the limit is reached */
    bool is_known;
};

/*
 * `prior` of past lives to the same limit; NULL = none. Not known (is_known false)
 * without a point after the start; without a prior also with one, or when wear has not
 * risen above the noise.
 */
void wear_curve_fit(struct wear_curve *curve, const struct wear_point *given,
                    size_t given_count, double limit, const struct life_prior *prior);

/* Half of this, half of a steady drift from `age`, the curve's newest point: nobody knows
 * which it will be. */
void wear_curve_mix(struct wear_curve *curve, double age, const struct passage *passage);

/* What remains at `age`; false when the data cannot say. */
bool wear_curve_outlook(const struct wear_curve *curve, double age,
                        struct life_outlook *ret_outlook);
