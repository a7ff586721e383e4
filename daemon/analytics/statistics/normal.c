/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/normal.h"

#include <math.h>
#include <stddef.h>

#define LN_SQRT_2PI 0.91893853320467274178

double normal_below(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

double normal_log_below(double z)
{
    if (z > -25)
        return log(normal_below(z));

    double square = 1 / (z * z); /* Mills' ratio, four terms: 1e-8 of it at -25 */
    double series = 1 - square * (1 - 3 * square * (1 - 5 * square));
    return -0.5 * z * z - log(-z) - LN_SQRT_2PI + log(series);
}

static double polynomial(const double *coefficients, size_t count, double x)
{
    double sum = 0;

    while (count-- > 0)
        sum = sum * x + coefficients[count];
    return sum;
}

#define RATIO(top, bottom, x) (polynomial(top, 8, x) / polynomial(bottom, 8, x))

double normal_quantile(double share)
{
    static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};
    double from_middle = share - 0.5;

    if (!(share > 0))
        return share == 0 ? -INFINITY : NAN;
    if (!(share < 1))
        return share == 1 ? INFINITY : NAN;
    if (fabs(from_middle) <= 0.425) {
        double x = 0.180625 - from_middle * from_middle;
        return from_middle * RATIO(a, b, x);
    }

    double tail = sqrt(-log(from_middle < 0 ? share : 1 - share));
    double z = tail <= 5 ? RATIO(c, d, tail - 1.6) : RATIO(e, f, tail - 5);
    return from_middle < 0 ? -z : z;
}
