/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/growth.h"

#include <math.h>

#define ISO_SHARE  0.15
#define ISO_HOUR_S 3600.0

double growth_step(double state, double target, double tau_s, double seconds)
{
    return target + (state - target) * exp(-seconds / tau_s);
}

double growth_step_slower_down(double state, double target, double tau_s, double seconds)
{
    return growth_step(state, target, target < state ? tau_s * GROWTH_COOLING : tau_s,
                       seconds);
}

double growth_restart_shift(double state, double cooling_tau_s, double seconds)
{
    return state * expm1(-seconds / cooling_tau_s);
}

double growth_time_within(double distance, double within, double tau_s)
{
    double ratio = fabs(distance) / within;

    return ratio > 1 ? tau_s * log(ratio) : 0;
}

double growth_time_stable(double distance, double limit, double window_s, double tau_s)
{
    return growth_time_within(distance * -expm1(-window_s / tau_s), limit, tau_s);
}

double growth_time_iso(double tau_s)
{
    return ISO_HOUR_S - tau_s * log(ISO_SHARE);
}

bool growth_fit(const double values[3], double step_s, double *ret_tau_s, double *ret_end)
{
    double first = values[1] - values[0], second = values[2] - values[1];
    double ratio = second / first;

    if (!(ratio > 0) || !(ratio < 1))
        return false;
    *ret_tau_s = -step_s / log(ratio);
    *ret_end = (values[1] * values[1] - values[0] * values[2]) /
               (2 * values[1] - values[0] - values[2]);
    return true;
}
