/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/moments.h"

#include <math.h>

void moments_add(struct moments *moments, double value)
{
    double apart = value - moments->mean;

    moments->count++;
    moments->mean += apart / (double)moments->count;
    moments->square += apart * (value - moments->mean);
}

void moments_merge(struct moments *moments, const struct moments *other)
{
    if (other->count == 0)
        return;

    double mine = (double)moments->count, theirs = (double)other->count;
    double apart = other->mean - moments->mean;

    moments->count += other->count;
    moments->mean += apart * theirs / (mine + theirs);
    moments->square += other->square + apart * apart * mine * theirs / (mine + theirs);
}

double moments_variance(const struct moments *moments)
{
    if (moments->count < 2)
        return NAN;
    return moments->square / (double)(moments->count - 1);
}

double moments_deviation(const struct moments *moments)
{
    return sqrt(moments_variance(moments));
}

void moments_follow(double *mean, double *variance, double weight, double value)
{
    double apart = value - *mean;

    *mean += weight * apart;
    *variance = (1 - weight) * (*variance + weight * apart * apart);
}
