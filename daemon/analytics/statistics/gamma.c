/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/gamma.h"

#include <float.h>
#include <math.h>

#define STEPS 10000

static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

static double series(double shape, double x)
{
    double term = 1 / shape, sum = term;

    for (int i = 1; i < STEPS && term > sum * DBL_EPSILON; i++) {
        term *= x / (shape + i);
        sum += term;
    }
    return sum * exp(shape * log(x) - x - log_gamma(shape));
}

/* The upper function, by Lentz's continued fraction. */
static double fraction(double shape, double x)
{
    double b = x + 1 - shape, c = 1 / DBL_MIN, d = 1 / b, h = d;

    for (int i = 1; i < STEPS; i++) {
        double a = -i * (i - shape);

        b += 2;
        d = a * d + b;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = b + a / c;
        if (fabs(c) < DBL_MIN)
            c = DBL_MIN;
        h *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    return h * exp(shape * log(x) - x - log_gamma(shape));
}

double gamma_below(double shape, double x)
{
    if (!(x > 0))
        return x == 0 ? 0 : NAN;
    return x < shape + 1 ? series(shape, x) : 1 - fraction(shape, x);
}

double chi2_below(double x, double degrees)
{
    return gamma_below(degrees / 2, x / 2);
}

double chi2_quantile(double share, double degrees)
{
    double low = 0, high = degrees + 10;

    if (!(share > 0) || !(share < 1))
        return share == 0 ? 0 : NAN;
    while (chi2_below(high, degrees) < share)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
        double middle = (low + high) / 2;

        if (chi2_below(middle, degrees) < share)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
