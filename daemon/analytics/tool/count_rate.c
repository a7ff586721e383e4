/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/count_rate.h"

#include "daemon/analytics/tool/first_passage.h"

#include <math.h>

#define LEAST_STEPS  3
#define USUAL_SPREAD 0.25 /* of the pace of one step, before steps have shown theirs */
#define SPREAD_STEPS 2.0  /* that this belief is worth */
#define UNSTEADY     0.05 /* of the rate: other programs may come */

void count_rate_add(struct count_rate *rate, double age, double count)
{
    double aged = age - rate->age, more = count - rate->count;

    if (rate->is_started && (!(aged > 0) || fabs(more) <= 0))
        return; /* it counts in whole numbers: wait until it moves */
    if (rate->is_started && more > 0) {
        if (rate->has_moved) {
            rate->ages += aged;
            rate->counts += more;
            rate->squares += more * more / aged;
            rate->steps++;
        }
        rate->has_moved = true; /* from here on a step is a whole one */
    }
    rate->is_started = true;
    rate->age = age;
    rate->count = count;
}

bool count_rate_outlook(const struct count_rate *rate, double age, double left,
                        struct life_outlook *ret_outlook)
{
    struct life_outlook *outlook = ret_outlook;
    double steps = (double)rate->steps;

    if (rate->steps < LEAST_STEPS || isnan(left))
        return false;

    double drift = rate->counts / rate->ages;
    double squares = fmax(0, rate->squares - drift * rate->counts);
    double usual = USUAL_SPREAD * drift * USUAL_SPREAD * drift * rate->ages / steps;
    double diffusion = (squares + SPREAD_STEPS * usual) / (steps - 1 + SPREAD_STEPS);
    double since = fmin(drift * (age - rate->age), rate->counts / steps);
    const struct passage passage = {
        .margin = left - since,
        .drift = drift,
        .u_drift = hypot(sqrt(diffusion / rate->ages), UNSTEADY * drift),
        .diffusion = diffusion,
    };

    *outlook = (struct life_outlook){.mean = age};
    if (!(passage.margin > 0))
        return true;
    outlook->q05 = passage_quantile(&passage, 0.05);
    outlook->q10 = passage_quantile(&passage, 0.10);
    outlook->q50 = passage_quantile(&passage, 0.50);
    outlook->q90 = passage_quantile(&passage, 0.90);
    outlook->q95 = passage_quantile(&passage, 0.95);
    outlook->mean = age + passage.margin / drift;
    return isfinite(outlook->q95) && life_outlook_says(outlook, age);
}
