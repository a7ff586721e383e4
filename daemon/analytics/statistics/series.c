/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/series.h"

#include "daemon/analytics/statistics/moments.h"

#include <math.h>

#define HARMLESS   0.1
#define LAG1_LIMIT 0.95 /* beyond it no chart of the raw value makes sense */

double series_lag1(const double *values, size_t count)
{
    struct moments moments = {0};
    double together = 0;

    for (size_t i = 0; i < count; i++)
        moments_add(&moments, values[i]);
    for (size_t i = 1; i < count; i++)
        together += (values[i] - moments.mean) * (values[i - 1] - moments.mean);
    return moments.square > 0 ? together / moments.square : (double)NAN;
}

double series_inflation(double lag1)
{
    if (!(lag1 > HARMLESS))
        return 1;
    lag1 = fmin(lag1, LAG1_LIMIT);
    return sqrt((1 + lag1) / (1 - lag1));
}
