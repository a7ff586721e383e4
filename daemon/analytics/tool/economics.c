/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/economics.h"

#include "daemon/analytics/statistics/gamma.h"

#include <math.h>

#define STEPS 4000

double economics_fastest_life(const struct taylor *taylor,
                              const struct edge_prices *prices)
{
    return (1 / taylor->exponent - 1) * prices->change_min;
}

double economics_cheapest_life(const struct taylor *taylor,
                               const struct edge_prices *prices)
{
    return (1 / taylor->exponent - 1) *
           (prices->change_min + prices->edge / prices->minute);
}

struct part_cost economics_part(const struct edge_prices *prices, double cutting_min,
                                double edge_life_min)
{
    double edges = cutting_min / edge_life_min;
    struct part_cost part = {.cutting_min = cutting_min};

    part.minutes = prices->handling_min + cutting_min + edges * prices->change_min;
    part.cost = part.minutes * prices->minute + edges * prices->edge;
    return part;
}

/*
 * Walks along the age; the cost a unit has its minimum where the marginal rule
 * hazard (failure - planned) = cost begins to hold.
 */
struct replacement economics_replace(const struct weibull *weibull, double planned,
                                     double failure)
{
    double last = weibull->scale * pow(30, 1 / weibull->shape); /* exp(-30) are left */
    double step = last / STEPS, lived = 0;
    double before = INFINITY, fall = INFINITY; /* to the lowest cost */
    struct replacement best = {.age = INFINITY, .cost = INFINITY};

    for (int i = 1; i <= STEPS; i++) {
        double age = i * step, middle = age - step / 2;

        lived += step / 6 *
                 ((1 - weibull_below(weibull, age - step)) +
                  4 * (1 - weibull_below(weibull, middle)) +
                  (1 - weibull_below(weibull, age)));
        double failed = weibull_below(weibull, age);
        double cost = (planned * (1 - failed) + failure * failed) / lived;
        if (cost < best.cost) {
            best.cost = cost;
            best.age = age;
            fall = before - cost;
        } else if (isfinite(fall) && best.age + 1.5 * step > age) {
            double rise = cost - before; /* from it: a parabola has its bottom between */
            best.age += step * (fall - rise) / (fall + rise) / 2;
        }
        before = cost;
    }
    best.run_to_failure = failure / lived;
    if (best.cost >= best.run_to_failure * (1 - 1e-9)) {
        best.age = INFINITY;
        best.cost = best.run_to_failure;
    }
    return best;
}

struct mtbf economics_mtbf(double stops, double hours)
{
    struct mtbf mtbf = {.mean = INFINITY};

    if (stops > 0)
        mtbf.mean = hours / stops;
    mtbf.lower = 2 * hours / chi2_quantile(0.95, 2 * stops + 2);
    return mtbf;
}

double economics_undisturbed(double mtbf_h, double hours)
{
    return isfinite(mtbf_h) && mtbf_h > 0 ? exp(-hours / mtbf_h) : (double)NAN;
}
