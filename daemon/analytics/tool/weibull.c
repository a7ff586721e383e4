/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/weibull.h"

#include <math.h>

#define FIXED_SHAPE 4.0

/* d ln L / d shape over the failures, rising in shape; lives are divided by `largest`. */
static double slope(const struct life_end *ends, size_t count, double largest,
                    double mean_log, double shape)
{
    double sum = 0, log_sum = 0;

    for (size_t i = 0; i < count; i++) {
        double log_life = log(ends[i].life / largest);
        double power = exp(shape * log_life);

        sum += power;
        log_sum += power * log_life;
    }
    return log_sum / sum - 1 / shape - mean_log;
}

static double find_shape(const struct life_end *ends, size_t count, double largest,
                         double mean_log)
{
    double low = 0.1, high = 50;

    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;

        if (slope(ends, count, largest, mean_log, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

bool weibull_fit(const struct life_end *ends, size_t count, struct weibull *ret_weibull)
{
    double largest = 0, mean_log = 0, sum = 0;
    size_t failures = 0;

    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, ends[i].life);
        failures += ends[i].was_worn;
    }
    if (failures == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (ends[i].was_worn)
            mean_log += log(ends[i].life / largest) / (double)failures;

    double shape =
        failures < 3 ? FIXED_SHAPE : find_shape(ends, count, largest, mean_log);
    for (size_t i = 0; i < count; i++)
        sum += pow(ends[i].life / largest, shape);
    ret_weibull->shape = shape;
    ret_weibull->scale = largest * pow(sum / (double)failures, 1 / shape);
    ret_weibull->failures = failures;
    return true;
}

double weibull_quantile(const struct weibull *weibull, double share)
{
    return weibull->scale * pow(-log1p(-share), 1 / weibull->shape);
}

double weibull_remaining(const struct weibull *weibull, double age, double share)
{
    double spent = pow(age / weibull->scale, weibull->shape);

    return weibull->scale * pow(spent - log1p(-share), 1 / weibull->shape) - age;
}

double weibull_below(const struct weibull *weibull, double life)
{
    return -expm1(-pow(life / weibull->scale, weibull->shape));
}

double weibull_hazard(const struct weibull *weibull, double age)
{
    return weibull->shape / weibull->scale *
           pow(age / weibull->scale, weibull->shape - 1);
}
