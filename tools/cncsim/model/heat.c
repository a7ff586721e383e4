/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/heat.h"

#include <math.h>

#define COOLING_IS_SLOWER 1.6

static double heat_lag(double state, double target, double tau_s, double seconds)
{
    double tau = target < state ? tau_s * COOLING_IS_SLOWER : tau_s;

    return target + (state - target) * exp(-seconds / tau);
}

void heat_advance(struct heat *heat, const struct heat_plan *plan, double input,
                  double seconds)
{
    heat->spindle = heat_lag(heat->spindle, input, plan->spindle_tau_s, seconds);
    heat->column = heat_lag(heat->column, heat->spindle, plan->column_tau_s, seconds);
}

double heat_spindle_celsius(const struct heat *heat, const struct heat_plan *plan)
{
    return plan->ambient + plan->spindle_rise * heat->spindle;
}

double heat_column_celsius(const struct heat *heat, const struct heat_plan *plan)
{
    return plan->ambient + plan->column_rise * heat->column;
}
