/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/baseline.h"

#include "daemon/analytics/statistics/moments.h"
#include "daemon/analytics/statistics/order.h"
#include "daemon/analytics/statistics/series.h"

#include <math.h>
#include <string.h>

#define SCREEN 3.5
#define LEAST_SHARE                                                     \
    0.001 /* no process repeats better than a thousandth, domain.md 2.3 \
           */

static double floor_sigma(double sigma, double center, double resolution)
{
    return fmax(sigma, fmax(resolution, LEAST_SHARE * fabs(center)));
}

struct baseline baseline_learn(const float *values, size_t count, double resolution)
{
    double sorted[PILOT_MAX], kept[PILOT_MAX], distances[PILOT_MAX];
    struct baseline baseline = {.poll_sigma = resolution};
    struct moments moments = {0};
    size_t remaining = 0;

    if (count > PILOT_MAX)
        count = PILOT_MAX;
    for (size_t i = 0; i < count; i++)
        sorted[i] = distances[i] = (double)values[i];
    order_sort(sorted, count);
    struct robust robust = order_robust(distances, count);
    double sigma = floor_sigma(robust.sigma, robust.median, resolution);

    for (size_t i = 0; i < count; i++) {
        double value = (double)values[i];

        if (sigma > 0 && fabs(value - robust.median) > SCREEN * sigma)
            continue;
        kept[remaining++] = value;
        moments_add(&moments, value);
    }
    baseline.count = (int64_t)remaining;
    baseline.dropped = (int64_t)(count - remaining);
    baseline.mean = moments.mean;
    baseline.sigma = floor_sigma(remaining > 1 ? moments_deviation(&moments) : 0,
                                 moments.mean, resolution);
    baseline.median = robust.median;
    baseline.robust_sigma = robust.sigma;
    baseline.p05 = order_quantile(sorted, count, 0.05);
    baseline.p95 = order_quantile(sorted, count, 0.95);
    baseline.lag1 = series_lag1(kept, remaining);
    return baseline;
}

double baseline_z(const struct baseline *baseline, double value)
{
    if (!(baseline->sigma > 0))
        return 0;
    return (value - baseline->mean) / baseline->sigma / series_inflation(baseline->lag1);
}
