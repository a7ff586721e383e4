/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/warmth.h"

#include "daemon/analytics/thermal/heat_input.h"

#include <math.h>

#define COLD_SOAK         0.1
#define DISTURBED_MINUTES 15 /* after the last step, until the rate speaks again */

static enum thermal_state judge(const struct warmth *warmth,
                                const struct warmth_input *input, int32_t stable_minutes)
{
    bool is_idle = input->idle_s >= HEAT_STOPPED_S;
    bool is_cold = input->soak < COLD_SOAK; /* false when not known */

    if (warmth->disturbed_minutes > 0)
        return THERMAL_STATE_DISTURBED;
    if (is_idle && is_cold)
        return THERMAL_STATE_COLD;
    if (warmth->calm_minutes >= stable_minutes)
        return THERMAL_STATE_STABLE;
    if (is_idle)
        return THERMAL_STATE_COOLING;
    if (isfinite(input->rate))
        return input->rate < 0 ? THERMAL_STATE_COOLING : THERMAL_STATE_WARMING;
    return is_cold || !isfinite(input->soak) ? THERMAL_STATE_COLD : THERMAL_STATE_WARMING;
}

bool warmth_minute(struct warmth *warmth, const struct warmth_input *input,
                   int32_t stable_minutes)
{
    enum thermal_state was = warmth->state;
    bool is_calm = fabs(input->rate) < input->rate_max; /* false when not known */

    warmth->calm_minutes = !is_calm ? 0
                           : warmth->calm_minutes < stable_minutes
                               ? warmth->calm_minutes + 1
                               : stable_minutes;
    if (input->is_disturbed)
        warmth->disturbed_minutes = DISTURBED_MINUTES;
    else if (warmth->disturbed_minutes > 0)
        warmth->disturbed_minutes--;
    warmth->is_known = true;
    warmth->state = judge(warmth, input, stable_minutes);
    return warmth->state != was;
}
