/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/recursive.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define GROWTH_MAX                                                       \
    1e6 /* of the covariance's trace: the wind-up guard of domain.md 3.4 \
         */

void recursive_init(struct recursive *recursive, size_t size, double forgetting,
                    double scale)
{
    assert(size > 0 && size <= RECURSIVE_MAX);
    memset(recursive, 0, sizeof(*recursive));
    recursive->size = size;
    recursive->forgetting = forgetting;
    recursive->most = GROWTH_MAX * scale * (double)size;
    for (size_t i = 0; i < size; i++)
        recursive->covariance[i][i] = scale;
}

double recursive_predict(const struct recursive *recursive, const double *phi)
{
    double sum = 0;

    for (size_t i = 0; i < recursive->size; i++)
        sum += phi[i] * recursive->theta[i];
    return sum;
}

static void multiply(const struct recursive *recursive, const double *phi,
                     double ret_product[RECURSIVE_MAX])
{
    for (size_t i = 0; i < recursive->size; i++) {
        ret_product[i] = 0;
        for (size_t j = 0; j < recursive->size; j++)
            ret_product[i] += recursive->covariance[i][j] * phi[j];
    }
}

double recursive_variance(const struct recursive *recursive, const double *phi)
{
    double product[RECURSIVE_MAX], sum = 0;

    multiply(recursive, phi, product);
    for (size_t i = 0; i < recursive->size; i++)
        sum += phi[i] * product[i];
    return sum;
}

double recursive_add(struct recursive *recursive, const double *phi, double y)
{
    double product[RECURSIVE_MAX], excitation = 0, trace = 0;
    double innovation = y - recursive_predict(recursive, phi);
    double forgetting = recursive->forgetting;

    multiply(recursive, phi, product);
    for (size_t i = 0; i < recursive->size; i++) {
        excitation += phi[i] * product[i];
        trace += recursive->covariance[i][i];
    }
    if (trace > recursive->most)
        forgetting = 1; /* nothing was learned lately: stop forgetting */

    double scale = forgetting + excitation;
    for (size_t i = 0; i < recursive->size; i++)
        recursive->theta[i] += product[i] / scale * innovation;
    for (size_t i = 0; i < recursive->size; i++)
        for (size_t j = 0; j < recursive->size; j++)
            recursive->covariance[i][j] =
                (recursive->covariance[i][j] - product[i] * product[j] / scale) /
                forgetting;
    return innovation;
}
