/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quantile of a stream of any length in constant memory: the P-square algorithm of Jain
 * and Chlamtac (Communications of the ACM, 1985). Poor below some 50 values: keep small
 * samples and use order.h. Pure; no pointers in it, so it is saved as it stands.
 */
#pragma once

#include <stdint.h>

#define MARKERS 5

struct markers {
    double share;           /* of values that lie below, 0 to 1 */
    double height[MARKERS]; /* the first five values, sorted, until there are more */
    double wanted[MARKERS];
    int64_t place[MARKERS]; /* counted from 1, as in the paper */
    int64_t count;
};

void markers_init(struct markers *markers, double share);
void markers_add(struct markers *markers, double value);

/* Exact for up to five values; NAN when there are none. */
double markers_quantile(const struct markers *markers);
