/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/dimension_drift.h"

#include "daemon/analytics/statistics/line.h"

#include <math.h>

#define LEAST_POINTS 5
#define CLEAR        3.0  /* times its standard error that a drift must be */
#define UNSTEADY     0.05 /* of the drift: it is not the same for ever */
#define LEAST_WANDER 0.03 /* of what it has drifted: no process only repeats */

/* The variance that a unit of age adds. Noise of measuring makes steps that follow each
 * other opposite (covariance minus its variance); what wanders leaves them unrelated. */
static double find_diffusion(const struct wear_point *points, size_t count,
                             const struct line *line, double *ret_noise_share)
{
    double squares = 0, products = 0, before = 0;
    double span = points[count - 1].age - points[0].age, steps = (double)count - 1;

    for (size_t i = 1; i < count; i++) {
        double step = points[i].wear - points[i - 1].wear -
                      line->slope * (points[i].age - points[i - 1].age);

        squares += step * step / steps;
        products += i > 1 ? step * before / (steps - 1) : 0;
        before = step;
    }

    double noise = fmin(squares / 2, fmax(0, -products));
    *ret_noise_share = squares > 0 ? 2 * noise / squares : 1;

    double least = LEAST_WANDER * line->slope * span;
    return fmax((squares - 2 * noise) * steps, least * least) / span;
}

bool dimension_drift_fit(const struct wear_point *points, size_t count, double upper,
                         double lower, struct passage *ret_passage)
{
    double ages[WEAR_POINTS], values[WEAR_POINTS];

    if (count < LEAST_POINTS || count > WEAR_POINTS)
        return false;
    for (size_t i = 0; i < count; i++) {
        ages[i] = points[i].age;
        values[i] = points[i].wear;
    }

    struct line line = line_fit(ages, values, count);
    double noise_share, last = values[count - 1], bound = line.slope < 0 ? lower : upper;
    double diffusion = find_diffusion(points, count, &line, &noise_share);
    double fitted = line.intercept + line.slope * ages[count - 1];
    double now = last + noise_share * (fitted - last);
    double wandered = sqrt(diffusion / (ages[count - 1] - ages[0]));
    struct passage passage = {
        .margin = line.slope < 0 ? now - bound : bound - now,
        .drift = fabs(line.slope),
        .u_drift = hypot(hypot(line.u_slope, wandered), UNSTEADY * line.slope),
        .diffusion = diffusion,
        .u_margin = 2 * noise_share * line.deviation / sqrt((double)count),
    };

    if (!(passage.drift > CLEAR * line.u_slope) || !(passage.margin > 0))
        return false;
    passage.diffusion = fmax(diffusion, 1e-9 * passage.margin * passage.drift);
    *ret_passage = passage;
    return true;
}
