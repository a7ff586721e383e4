/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cutting edge: it wears in three phases (break-in, steady, accelerated; domain.md
 * 3.3), is replaced, and may break. Pure.
 */
#pragma once

#include "tools/cncsim/model/random.h"

struct edge {
    double life_parts; /* of this very edge: drawn when it was put in */
    int64_t age_parts;
    int64_t life_no; /* from 1 */
    bool broken;
};

/* A new edge with a life of `mean` parts, give or take `spread` (0.1 = 10 %). */
void edge_renew(struct edge *edge, double mean, double spread, struct random *random);

/* Age as a share of its life; 1 = worn out, may go beyond. */
double edge_use(const struct edge *edge);

/* Growth of the net cutting load at full wear = 1; 0 = fresh. */
double edge_wear(const struct edge *edge);
