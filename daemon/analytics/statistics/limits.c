/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/limits.h"

#include <math.h>

#define RANGE_MAX 10

double limits_c4(size_t size)
{
    double n = (double)size;
    int sign = 0;

    if (size < 2)
        return NAN;
    return sqrt(2 / (n - 1)) * exp(lgamma_r(n / 2, &sign) - lgamma_r((n - 1) / 2, &sign));
}

double limits_d2(size_t size)
{
    static const double table[] = {1.128379167, 1.692568751, 2.058750746,
                                   2.325928947, 2.534412721, 2.704356751,
                                   2.847200612, 2.970026324, 3.077505460};

    return size < 2 || size > RANGE_MAX ? (double)NAN : table[size - 2];
}

double limits_d3(size_t size)
{
    static const double table[] = {0.852502466, 0.888368004, 0.879808203,
                                   0.864081941, 0.848039686, 0.833205336,
                                   0.819831490, 0.807834275, 0.797050674};

    return size < 2 || size > RANGE_MAX ? (double)NAN : table[size - 2];
}

static struct limits around(double center, double half_width)
{
    return (struct limits){center, center - half_width, center + half_width};
}

static struct limits around_positive(double center, double half_width)
{
    return (struct limits){center, fmax(0, center - half_width), center + half_width};
}

struct limits limits_mean(double mean, double sigma, size_t size)
{
    return around(mean, 3 * sigma / sqrt((double)size));
}

struct limits limits_range(double mean_range, size_t size)
{
    return around_positive(mean_range,
                           3 * mean_range * limits_d3(size) / limits_d2(size));
}

struct limits limits_deviation(double mean_deviation, size_t size)
{
    double c4 = limits_c4(size);

    return around_positive(mean_deviation, 3 * mean_deviation * sqrt(1 - c4 * c4) / c4);
}

struct limits limits_single(double mean, double mean_moving_range)
{
    return around(mean, 3 * mean_moving_range / limits_d2(2));
}

struct limits limits_count(double mean_count)
{
    return around_positive(mean_count, 3 * sqrt(mean_count));
}
