/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/edge.h"

#include <math.h>

/* Shares of the wear at the end of life; they add up to 1. */
#define BREAK_IN    0.15
#define STEADY      0.45
#define ACCELERATED 0.40

void edge_renew(struct edge *edge, double mean, double spread, struct random *random)
{
    double factor = 1.0 + spread * random_normal(random);

    edge->life_parts = mean * (factor < 0.3 ? 0.3 : factor);
    edge->age_parts = 0;
    edge->life_no++;
    edge->broken = false;
}

double edge_use(const struct edge *edge)
{
    return edge->life_parts > 0 ? (double)edge->age_parts / edge->life_parts : 0;
}

double edge_wear(const struct edge *edge)
{
    double use = edge_use(edge);
    double late = use > 0.8 ? (use - 0.8) / 0.2 : 0;

    return BREAK_IN * (1 - exp(-use / 0.04)) + STEADY * use + ACCELERATED * late * late;
}
