/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/beta.h"

#include <float.h>
#include <math.h>

#define STEPS 10000

static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

static double keep_off_zero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* Lentz's continued fraction; converges fast for x < (a + 1) / (a + b + 2). */
static double fraction(double x, double a, double b)
{
    double c = 1, d = 1 / keep_off_zero(1 - (a + b) * x / (a + 1)), h = d;

    for (int i = 1; i < STEPS; i++) {
        double even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
        double odd = -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1));

        d = 1 / keep_off_zero(1 + even * d);
        c = keep_off_zero(1 + even / c);
        h *= d * c;
        d = 1 / keep_off_zero(1 + odd * d);
        c = keep_off_zero(1 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON)
            break;
    }
    return h;
}

double beta_below(double x, double a, double b)
{
    if (!(x > 0) || !(x < 1))
        return isnan(x) ? x : x >= 1;

    double front =
        exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * fraction(x, a, b) / a;
    return 1 - front * fraction(1 - x, b, a) / b;
}

double beta_quantile(double share, double a, double b)
{
    double low = 0, high = 1;

    if (!(share >= 0) || !(share <= 1))
        return NAN;
    for (int i = 0; i < 1100 && high - low > 1e-15 * high; i++) {
        double middle = (low + high) / 2;

        if (beta_below(middle, a, b) < share)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double t_two_sided(double t, double degrees)
{
    return beta_below(degrees / (degrees + t * t), degrees / 2, 0.5);
}

double t_below(double t, double degrees)
{
    double tail = t_two_sided(t, degrees) / 2;

    return t > 0 ? 1 - tail : tail;
}

double t_quantile(double share, double degrees)
{
    if (share == 0.5)
        return 0;

    double tail = 2 * (share < 0.5 ? share : 1 - share);
    double x = beta_quantile(tail, degrees / 2, 0.5);
    double t = sqrt(degrees * (1 - x) / x);
    return share < 0.5 ? -t : t;
}

double f_below(double f, double over, double under)
{
    return f > 0 ? beta_below(over * f / (over * f + under), over / 2, under / 2) : 0;
}

double f_above(double f, double over, double under)
{
    return f > 0 ? beta_below(under / (over * f + under), under / 2, over / 2) : 1;
}

double f_quantile(double share, double over, double under)
{
    double x = beta_quantile(share, over / 2, under / 2);

    return under * x / (over * (1 - x));
}
