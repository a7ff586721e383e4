/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/cusum.h"

#include <math.h>
#include <stdbool.h>

#define OVERSHOOT 1.166 /* of a discrete sum over its limit, twice 0.583 */

static void add_side(double *sum, int64_t *count, double step)
{
    *sum = fmax(0, *sum + step);
    *count = *sum > 0 ? *count + 1 : 0;
}

void cusum_add(struct cusum *cusum, double z, double k)
{
    add_side(&cusum->above, &cusum->above_count, z - k);
    add_side(&cusum->below, &cusum->below_count, -z - k);
}

double cusum_winsorise(double z, double limit)
{
    return fmax(-limit, fmin(limit, z));
}

double cusum_size(const struct cusum *cusum)
{
    return fmax(cusum->above, cusum->below);
}

static bool is_above(const struct cusum *cusum)
{
    return cusum->above >= cusum->below;
}

double cusum_shift(const struct cusum *cusum, double k)
{
    int64_t count = cusum_onset(cusum);

    if (count == 0)
        return 0;
    double size = k + cusum_size(cusum) / (double)count;
    return is_above(cusum) ? size : -size;
}

int64_t cusum_onset(const struct cusum *cusum)
{
    return is_above(cusum) ? cusum->above_count : cusum->below_count;
}

double cusum_run_length(double delta, double k, double h)
{
    double b = h + OVERSHOOT, drift = delta - k;

    if (fabs(drift) < 1e-9)
        return b * b;
    return (exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift * drift);
}

double cusum_run_length_both(double delta, double k, double h)
{
    return 1 / (1 / cusum_run_length(delta, k, h) + 1 / cusum_run_length(-delta, k, h));
}

double cusum_limit(double k, double length)
{
    double low = 0, high = 100;

    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;

        if (cusum_run_length_both(0, k, middle) < length)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void ewma_add(struct ewma *ewma, double z, double weight)
{
    ewma->value += weight * (z - ewma->value);
    ewma->count++;
}

double ewma_limit(const struct ewma *ewma, double weight, double width)
{
    double faded = 1 - pow(1 - weight, 2 * (double)ewma->count);

    return width * sqrt(weight / (2 - weight) * faded);
}
