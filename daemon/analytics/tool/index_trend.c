/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/index_trend.h"

#define LEVEL_U 0.05  /* of a fresh edge */
#define SLOPE_U 0.005 /* a cycle: 0.4 in 80 cycles */
#define BEND_U  2e-5  /* by which the slope wanders, a cycle */

void index_trend_init(struct index_trend *trend)
{
    *trend = (struct index_trend){
        .level = 1,
        .p_level = LEVEL_U * LEVEL_U,
        .p_slope = SLOPE_U * SLOPE_U,
        .is_started = true,
    };
}

void index_trend_add(struct index_trend *trend, double index, double sigma)
{
    trend->level += trend->slope;
    trend->p_level += 2 * trend->p_mixed + trend->p_slope;
    trend->p_mixed += trend->p_slope;
    trend->p_slope += BEND_U * BEND_U;

    double total = trend->p_level + sigma * sigma, rest = index - trend->level;
    double level_gain = trend->p_level / total, slope_gain = trend->p_mixed / total;

    trend->level += level_gain * rest;
    trend->slope += slope_gain * rest;
    trend->p_slope -= slope_gain * trend->p_mixed;
    trend->p_mixed -= level_gain * trend->p_mixed;
    trend->p_level -= level_gain * trend->p_level;
}
