/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/taylor.h"

#include "daemon/analytics/statistics/line.h"

#include <math.h>

#define POINTS_MAX  64
#define LEAST_RATIO 1.3

struct taylor taylor_through(double speed, double life, double other_speed,
                             double other_life)
{
    struct taylor taylor = {.correlation = -1};

    taylor.exponent = log(speed / other_speed) / log(other_life / life);
    taylor.constant = speed * pow(life, taylor.exponent);
    return taylor;
}

bool taylor_fit(const double *speeds, const double *lives, size_t count,
                struct taylor *ret_taylor)
{
    double log_speeds[POINTS_MAX], log_lives[POINTS_MAX];
    double least = INFINITY, most = 0;
    size_t different = 0;

    if (count > POINTS_MAX)
        count = POINTS_MAX;
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;

        for (size_t j = 0; j < i; j++)
            is_new = is_new && fabs(speeds[j] / speeds[i] - 1) > 0.01;
        different += is_new;
        least = fmin(least, speeds[i]);
        most = fmax(most, speeds[i]);
        log_speeds[i] = log(speeds[i]);
        log_lives[i] = log(lives[i]);
    }
    if (different < 3 || most < LEAST_RATIO * least)
        return false;

    struct line line = line_fit(log_lives, log_speeds, count);
    if (!(line.slope < 0))
        return false;
    *ret_taylor = (struct taylor){-line.slope, exp(line.intercept), line.correlation};
    return true;
}

double taylor_life(const struct taylor *taylor, double speed)
{
    return pow(taylor->constant / speed, 1 / taylor->exponent);
}

double taylor_speed(const struct taylor *taylor, double life)
{
    return taylor->constant / pow(life, taylor->exponent);
}

double taylor_factor(double exponent, double old_speed, double new_speed)
{
    return pow(old_speed / new_speed, 1 / exponent);
}
