/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/breakage.h"

#include <math.h>

#define FAR    8.0 /* robust sigmas */
#define HALF   0.5
#define NO_CUT 0.25
#define OVER   2.0 /* times the highest peak of the reference, at least */

double breakage_low(const struct breakage_norm *norm)
{
    return fmax(HALF * norm->median, norm->median - FAR * norm->sigma);
}

double breakage_high(const struct breakage_norm *norm)
{
    return norm->median * (1 + norm->growth) + FAR * norm->sigma;
}

enum breakage breakage_judge(const struct breakage_norm *norm, double energy, double peak)
{
    if (!(norm->median > 0) || isnan(energy))
        return BREAKAGE_NONE;
    if (energy < NO_CUT * norm->median)
        return BREAKAGE_MISSING;
    if (energy < breakage_low(norm))
        return BREAKAGE_LOW;
    if (peak > fmax(OVER * norm->peak, norm->peak + FAR * norm->peak_sigma))
        return BREAKAGE_OVERLOAD;
    if (energy > breakage_high(norm))
        return BREAKAGE_HIGH;
    return BREAKAGE_NONE;
}

enum breakage_step breakage_watch_add(struct breakage_watch *watch, enum breakage verdict)
{
    if (verdict == BREAKAGE_NONE) {
        bool was_suspect = watch->is_suspect && !watch->is_broken;

        watch->in_a_row = 0;
        if (was_suspect)
            watch->is_suspect = false;
        return was_suspect ? BREAKAGE_STEP_CLEARED : BREAKAGE_STEP_NONE;
    }
    watch->in_a_row++;
    if (watch->in_a_row == 1 && !watch->is_suspect) {
        watch->is_suspect = true;
        return BREAKAGE_STEP_SUSPECT;
    }
    if (watch->in_a_row == 2 && !watch->is_broken) {
        watch->is_broken = true;
        return BREAKAGE_STEP_BROKEN;
    }
    return BREAKAGE_STEP_NONE;
}
