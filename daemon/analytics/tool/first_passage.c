/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/first_passage.h"

#include "daemon/analytics/statistics/normal.h"

#include <math.h>

/* Si et al. 2012 for a drift that is itself uncertain; with u_drift = 0 it is the inverse
 * Gaussian distribution. An error of the margin widens it, as of a level that is
 * measured; it is left out of the second term. That one's exponent goes together with ln
 * of its normal.
 */
double passage_below(const struct passage *passage, double t)
{
    double margin = passage->margin, drift = passage->drift;
    double diffusion = passage->diffusion;
    double spread = passage->u_drift * passage->u_drift;

    if (!(t > 0))
        return 0;

    double sigma = sqrt(diffusion * t + spread * t * t);
    double reached = normal_below((drift * t - margin) / hypot(sigma, passage->u_margin));
    double exponent = 2 * drift * margin / diffusion +
                      2 * spread * margin * margin / (diffusion * diffusion);
    double far = (2 * spread * margin * t + diffusion * (drift * t + margin)) /
                 (diffusion * sigma);
    return fmin(1, reached + exp(fmin(0, exponent + normal_log_below(-far))));
}

double passage_quantile(const struct passage *passage, double share)
{
    double low = 0, high = passage->margin / fmax(fabs(passage->drift), 1e-300);

    for (int i = 0; i < 60 && passage_below(passage, high) < share; i++)
        high *= 2;
    if (passage_below(passage, high) < share)
        return INFINITY;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2;

        if (passage_below(passage, middle) < share)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

void passage_learn(struct passage *passage, double sum, double count)
{
    double before = 1 / (passage->u_drift * passage->u_drift);
    double variance = 1 / (before + count / passage->diffusion);

    passage->drift = variance * (passage->drift * before + sum / passage->diffusion);
    passage->u_drift = sqrt(variance);
}
