/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/breakage.h"

#include <math.h>

#define FAR    8.0 /* robust sigmas */
#define HALF   0.5
#define NO_CUT 0.25
#define OVER   2.0 /* times the highest peak of the reference, at least */

#define STRAY 1.5 /* values, of the few of a segment, that may be of no cut */

#define TAIL_S       1.0
#define TAIL_SHARE   0.2 /* of a segment that takes less than five seconds */
#define TAIL_SAMPLES 2.5 /* the third value may come a little early */
#define TAIL_MORE    1.5

/* A value at either end of the cut may have been of what came before or after it. */
double breakage_low(const struct breakage_norm *norm, double values)
{
    return fmax(HALF * norm->median,
                norm->median * (1 - STRAY / values) - FAR * norm->sigma);
}

double breakage_high(const struct breakage_norm *norm)
{
    return norm->worn * norm->median * (1 + norm->growth) + FAR * norm->sigma;
}

/* Longer than a second (less in a short segment), three values, and all that was seen of
 * good tools. */
static bool ends_in_air(const struct breakage_norm *norm,
                        const struct breakage_sign *sign)
{
    double shortest = norm->seconds > 0 ? TAIL_SHARE * norm->seconds : TAIL_S;
    double least = fmax(fmin(TAIL_S, shortest), TAIL_SAMPLES * sign->sample_s);

    return sign->tail_s > fmax(least, TAIL_MORE * norm->tail_s + sign->sample_s);
}

enum breakage breakage_judge(const struct breakage_norm *norm,
                             const struct breakage_sign *sign)
{
    double peak = norm->worn * norm->peak;

    if (!(norm->median > 0) || isnan(sign->energy) || sign->values < BREAKAGE_VALUES)
        return BREAKAGE_NONE;
    if (sign->energy < NO_CUT * norm->median)
        return BREAKAGE_MISSING;
    if (sign->energy < breakage_low(norm, sign->values))
        return BREAKAGE_LOW;
    if (ends_in_air(norm, sign))
        return BREAKAGE_AMID;
    if (sign->peak > fmax(OVER * peak, peak + FAR * norm->peak_sigma))
        return BREAKAGE_OVERLOAD;
    if (sign->energy > breakage_high(norm))
        return BREAKAGE_HIGH;
    return BREAKAGE_NONE;
}

bool breakage_is_loaded(const struct breakage_norm *norm,
                        const struct breakage_sign *sign)
{
    return sign->values >= BREAKAGE_VALUES &&
           (sign->peak > norm->worn * norm->peak + FAR * norm->peak_sigma ||
            sign->energy > norm->worn * norm->median + FAR * norm->sigma);
}

enum breakage_step breakage_watch_add(struct breakage_watch *watch, enum breakage verdict,
                                      bool is_confirmed)
{
    if (verdict == BREAKAGE_NONE) {
        const struct breakage_watch before = *watch;

        *watch = (struct breakage_watch){0};
        return before.is_broken    ? BREAKAGE_STEP_HEALED
               : before.is_suspect ? BREAKAGE_STEP_CLEARED
                                   : BREAKAGE_STEP_NONE;
    }
    watch->in_a_row++;
    if ((watch->in_a_row == 2 || is_confirmed) && !watch->is_broken) {
        watch->is_suspect = watch->is_broken = true;
        return BREAKAGE_STEP_BROKEN;
    }
    if (watch->in_a_row == 1 && !watch->is_suspect) {
        watch->is_suspect = true;
        return BREAKAGE_STEP_SUSPECT;
    }
    return BREAKAGE_STEP_NONE;
}
