/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/drift_filter.h"

#include <string.h>

int drift_packed(int one, int other)
{
    return one > other ? one * (one + 1) / 2 + other : other * (other + 1) / 2 + one;
}

void drift_filter_init(struct drift_filter *filter, const double variances[DRIFT_STATES])
{
    memset(filter, 0, sizeof(*filter));
    for (int i = 0; i < DRIFT_STATES; i++)
        filter->p[drift_packed(i, i)] = variances[i];
}

double drift_filter_covariance(const struct drift_filter *filter, int one, int other)
{
    return filter->p[drift_packed(one, other)];
}

void drift_filter_reopen(struct drift_filter *filter, enum drift_state state,
                         double variance)
{
    filter->p[drift_packed((int)state, (int)state)] += variance;
}

void drift_filter_renew(struct drift_filter *filter, enum drift_state state,
                        double variance)
{
    for (int i = 0; i < DRIFT_STATES; i++)
        filter->p[drift_packed((int)state, i)] = 0;
    filter->p[drift_packed((int)state, (int)state)] = variance;
    filter->x[state] = 0;
}

/* P h', the covariance of the states with what is measured. */
static void project(const struct drift_filter *filter, const double h[DRIFT_STATES],
                    double ret_ph[DRIFT_STATES])
{
    for (int i = 0; i < DRIFT_STATES; i++) {
        ret_ph[i] = 0;
        for (int k = 0; k < DRIFT_STATES; k++)
            ret_ph[i] += filter->p[drift_packed(i, k)] * h[k];
    }
}

struct drift_innovation drift_filter_look(const struct drift_filter *filter,
                                          const double h[DRIFT_STATES], double y,
                                          double noise)
{
    struct drift_innovation innovation = {.error = y, .variance = noise};
    double ph[DRIFT_STATES];

    project(filter, h, ph);
    for (int i = 0; i < DRIFT_STATES; i++) {
        innovation.error -= h[i] * filter->x[i];
        innovation.variance += h[i] * ph[i];
    }
    return innovation;
}

struct drift_innovation drift_filter_add(struct drift_filter *filter,
                                         const double h[DRIFT_STATES], double y,
                                         double noise)
{
    struct drift_innovation innovation = drift_filter_look(filter, h, y, noise);
    double ph[DRIFT_STATES], gain[DRIFT_STATES];
    double s = innovation.variance;

    project(filter, h, ph);
    for (int i = 0; i < DRIFT_STATES; i++) {
        gain[i] = ph[i] / s;
        filter->x[i] += gain[i] * innovation.error;
    }
    /* (I-KH)P(I-KH)' + KRK', written out with ph = P h'; symmetric by construction. */
    for (int i = 0; i < DRIFT_STATES; i++)
        for (int k = 0; k <= i; k++)
            filter->p[drift_packed(i, k)] +=
                -gain[i] * ph[k] - ph[i] * gain[k] + gain[i] * s * gain[k];
    return innovation;
}
