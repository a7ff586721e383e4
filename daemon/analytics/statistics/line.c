/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/line.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>

static const struct line unknown = {NAN, NAN, NAN, NAN, NAN};

struct line line_fit_weighted(const double *x, const double *y, const double *weight,
                              size_t count)
{
    double total = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;

    for (size_t i = 0; i < count; i++) {
        double share = weight ? weight[i] : 1;

        if (share <= 0)
            continue;
        total += share;

        double dx = x[i] - mean_x, dy = y[i] - mean_y;
        mean_x += share / total * dx;
        mean_y += share / total * dy;
        xx += share * dx * (x[i] - mean_x);
        xy += share * dx * (y[i] - mean_y);
        yy += share * dy * (y[i] - mean_y);
    }
    if (count < 2 || !(xx > 0))
        return unknown;

    struct line line = {.slope = xy / xx, .u_slope = NAN, .deviation = NAN};
    line.intercept = mean_y - line.slope * mean_x;
    line.correlation = NAN;
    if (yy > 0)
        line.correlation = xy / sqrt(xx * yy);
    if (count > 2) {
        double rest = 0;

        /* Of the residuals themselves: yy - slope xy would cancel (NIST's Norris). */
        for (size_t i = 0; i < count; i++) {
            double apart = (y[i] - mean_y) - line.slope * (x[i] - mean_x);
            rest += (weight ? fmax(0, weight[i]) : 1) * apart * apart;
        }
        rest /= (double)(count - 2);
        line.deviation = sqrt(rest);
        line.u_slope = sqrt(rest / xx);
    }
    return line;
}

struct line line_fit(const double *x, const double *y, size_t count)
{
    return line_fit_weighted(x, y, NULL, count);
}

struct line line_theil_sen(const double *x, const double *y, size_t count)
{
    double slopes[LINE_POINTS_MAX * (LINE_POINTS_MAX - 1) / 2];
    size_t from = count > LINE_POINTS_MAX ? count - LINE_POINTS_MAX : 0;
    size_t pairs = 0;
    struct line line = unknown;

    for (size_t i = from; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (x[j] != x[i])
                slopes[pairs++] = (y[j] - y[i]) / (x[j] - x[i]);
    if (pairs == 0)
        return line;
    line.slope = order_median(slopes, pairs);

    double rests[LINE_POINTS_MAX];
    for (size_t i = from; i < count; i++)
        rests[i - from] = y[i] - line.slope * x[i];
    line.intercept = order_median(rests, count - from);
    return line;
}
