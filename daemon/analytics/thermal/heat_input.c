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
#define COOLED_S     1800.0 /* of standing, after work */
#define COLD_SHARE   0.5    /* of what the usual work warms it to */
#define COLD_BODY    2      /* of virtual_tau_s: 40 min */

void heat_input_init(struct heat_input *heat)
{
    memset(heat, 0, sizeof(*heat));
    heat->speed = heat->load = heat->power = heat->running = heat->input = NAN;
}

/* The work's mean; pauses count, a stop does not: after it the work is as it was. */
static void follow_work(struct heat_input *heat, double seconds)
{
    bool is_working = heat->input > IDLE_INPUT;
    double stood = is_working ? 0 : moment_seconds(heat->idle_since, heat->at);
    double pause = is_working ? seconds : fmin(seconds, HEAT_STOPPED_S - stood + seconds);

    if (pause > 0)
        heat->mean = growth_step(heat->mean, heat->input, MEAN_TAU_S, pause);
    if (stood >= HEAT_STOPPED_S)
        heat->mean = heat->mean_before;
    if (stood >= COOLED_S && heat->mean > 0)
        heat->has_cooled = true;
}

bool heat_input_is_cold(const struct heat_input *heat)
{
    return heat->has_cooled && heat->states[COLD_BODY] < COLD_SHARE * heat->mean;
}

double heat_input_idle_s(const struct heat_input *heat, struct moment at)
{
    if (!heat_input_is_known(heat) || heat->input > IDLE_INPUT)
        return -1;
    return moment_seconds(heat->idle_since, at);
}

double heat_input_target(const struct heat_input *heat)
{
    return heat_input_idle_s(heat, heat->at) >= HEAT_STOPPED_S ? 0 : heat->mean;
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
    follow_work(heat, seconds);
    for (int i = 0; i < VIRTUAL_COUNT; i++)
        heat->states[i] = growth_step_slower_down(heat->states[i], heat->input,
                                                  virtual_tau_s[i], seconds);
    if (heat->input > IDLE_INPUT && heat->states[COLD_BODY] >= COLD_SHARE * heat->mean)
        heat->has_cooled = false;
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

    if (!(input > IDLE_INPUT) && heat->input > IDLE_INPUT) {
        heat->idle_since = heat->at;
        heat->mean_before = heat->mean;
    }
    if (heat->mean <= 0)
        heat->mean = input; /* the first work that is seen */
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
