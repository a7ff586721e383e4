/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/symmetric.h"

#include <assert.h>
#include <math.h>

/* A = L L'; false when a pivot is not above what rounding leaves. */
static bool factor(size_t size, const double a[][SYMMETRIC_MAX],
                   double l[][SYMMETRIC_MAX])
{
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k <= i; k++) {
            double rest = a[i][k];
            for (size_t j = 0; j < k; j++)
                rest -= l[i][j] * l[k][j];
            if (i == k && !(rest > a[i][i] * 1e-14))
                return false;
            l[i][k] = i == k ? sqrt(rest) : rest / l[k][k];
        }
    return true;
}

bool symmetric_solve(size_t size, const double a[][SYMMETRIC_MAX], const double *b,
                     double *ret_x)
{
    double l[SYMMETRIC_MAX][SYMMETRIC_MAX];

    assert(size <= SYMMETRIC_MAX);
    for (size_t i = 0; i < size; i++)
        ret_x[i] = 0;
    if (!factor(size, a, l))
        return false;

    for (size_t i = 0; i < size; i++) {
        ret_x[i] = b[i];
        for (size_t j = 0; j < i; j++)
            ret_x[i] -= l[i][j] * ret_x[j];
        ret_x[i] /= l[i][i];
    }
    for (size_t i = size; i-- > 0;) {
        for (size_t j = i + 1; j < size; j++)
            ret_x[i] -= l[j][i] * ret_x[j];
        ret_x[i] /= l[i][i];
    }
    return true;
}
