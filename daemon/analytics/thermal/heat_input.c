/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/heat_input.h"

#include "daemon/analytics/thermal/growth.h"

#include <math.h>
#include <string.h>

#define MEAN_TAU_S   600.0
#define SPEED_SHARE  0.4 /* of the heat that a spindle makes in air at full speed */
#define SPEED_POWER  1.5 /* domain.md 4.2 */
#define SPEED_STANDS 1.0 /* rev/min */
#define IDLE_INPUT   0.01

void heat_input_init(struct heat_input *heat)
{
    memset(heat, 0, sizeof(*heat));
    heat->speed = heat->load = heat->power = heat->running = heat->input = NAN;
}

void heat_input_move(struct heat_input *heat, struct moment at)
{
    double seconds = (double)(at.mono_ns - heat->at.mono_ns) / 1e9;

    if (!heat->is_started) {
        heat->is_started = true;
        heat->at = heat->idle_since = at;
        return;
    }
    if (seconds <= 0)
        return;
    heat->at = at;
    if (!isfinite(heat->input))
        return;
    heat->mean = growth_step(heat->mean, heat->input, MEAN_TAU_S, seconds);
    for (int i = 0; i < VIRTUAL_COUNT; i++)
        heat->states[i] = growth_step_slower_down(heat->states[i], heat->input,
                                                  virtual_tau_s[i], seconds);
}

static double air(const struct heat_input *heat, double max_speed)
{
    double share = isfinite(heat->speed) && max_speed > 0
                       ? fmin(fabs(heat->speed) / max_speed, 1)
                       : 0;

    return pow(share, SPEED_POWER);
}

static double work_out(const struct heat_input *heat, const struct heat_limits *limits)
{
    double rated = limits->rated_power > 0 ? limits->rated_power : heat->power_seen;

    if (isfinite(heat->power) && rated > 0)
        return heat->power / rated + SPEED_SHARE * air(heat, limits->max_speed);
    if (isfinite(heat->load))
        return heat->load / 100 + SPEED_SHARE * air(heat, limits->max_speed);
    if (isfinite(heat->speed))
        return fabs(heat->speed) > SPEED_STANDS ? air(heat, heat->speed_seen) : 0;
    return heat->running;
}

static void renew(struct heat_input *heat, const struct heat_limits *limits)
{
    double input = fmin(fmax(work_out(heat, limits), 0), 1);

    if (!(input > IDLE_INPUT))
        heat->idle_since = heat->input > IDLE_INPUT ? heat->at : heat->idle_since;
    heat->input = input;
}

void heat_input_observe(struct heat_input *heat, const struct heat_limits *limits,
                        const struct sample *sample)
{
    double number = sample_is_good(sample) ? sample_number(sample) : (double)NAN;

    if (*sample->place && strcmp(sample->place, "S1") != 0)
        return; /* another spindle's: the machine's first one stands for it */
    switch (sample->signal) {
    case SIGNAL_SPINDLE_SPEED:
        heat->speed = number;
        heat->speed_seen = fmax(heat->speed_seen, fabs(number));
        break;
    case SIGNAL_SPINDLE_LOAD:
        heat->load = number;
        break;
    case SIGNAL_SPINDLE_POWER:
        heat->power = number;
        heat->power_seen = fmax(heat->power_seen, number);
        break;
    default:
        return;
    }
    renew(heat, limits);
}

void heat_input_run(struct heat_input *heat, const struct heat_limits *limits,
                    bool is_running)
{
    double running = is_running;

    if (heat->running == running)
        return;
    heat->running = running;
    renew(heat, limits);
}

bool heat_input_is_known(const struct heat_input *heat)
{
    return isfinite(heat->input);
}
