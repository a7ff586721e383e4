/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void order_sort(double *values, size_t count)
{
    if (count)
        qsort(values, count, sizeof(*values), compare);
}

double order_quantile(const double *sorted, size_t count, double share)
{
    if (count == 0)
        return NAN;

    double place = share * (double)(count - 1);
    size_t below = place <= 0 ? 0 : (size_t)place;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

double order_median(double *values, size_t count)
{
    order_sort(values, count);
    return order_quantile(values, count, 0.5);
}

struct robust order_robust(double *values, size_t count)
{
    struct robust robust = {.median = order_median(values, count)};

    for (size_t i = 0; i < count; i++)
        values[i] = fabs(values[i] - robust.median);
    robust.sigma = MAD_TO_SIGMA * order_median(values, count);
    return robust;
}
