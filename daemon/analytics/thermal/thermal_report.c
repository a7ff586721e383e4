/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/growth.h"
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>
#include <string.h>

#define SILENCE_S     900.0  /* without any sample: nothing is known of now */
#define WINDOW_S      900.0  /* rates are per 15 minutes */
#define FORECAST_S    1800.0 /* pred30_um */
#define NIGHT_S       50400.0
#define STABLE_KELVIN 0.2 /* per 15 minutes, domain.md 4.3 */
#define STEP_KELVIN   1.0 /* of ambient or coolant in 15 minutes */
#define STABLE_SHARE  0.05
#define GUESSED_TAU   2 /* of virtual_tau_s, where nothing was identified */

static bool is_disturbed(const struct thermal *thermal)
{
    for (int i = 0; i < SENSOR_COUNT; i++) {
        const struct sensor *sensor = &thermal->state.sensors.items[i];
        bool outside =
            strstr(sensor->place, "ambient") || strstr(sensor->place, "coolant");
        if (sensor_is_used(sensor) && outside && fabs(sensor_rate(sensor)) > STEP_KELVIN)
            return true;
    }
    return false;
}

static void begin_record(const struct thermal_site *site, const char *axis,
                         struct record *record)
{
    record_init(record, RECORD_THERMAL, site->at);
    analytic_stamp(site->view, record);
    record->path = 0;
    (void)text_copy(record->thermal.axis, sizeof(record->thermal.axis), axis);
}

static void finish_record(const struct thermal_site *site, const struct record *record)
{
    if (moment_seconds(site->thermal->state.heard, site->at) < SILENCE_S)
        site->out->append(site->out->owner, record);
}

static void judge_warmth(const struct thermal_site *site, struct warmth *warmth,
                         struct warmth_input *input, struct thermal_record *record)
{
    input->idle_s = heat_input_idle_s(&site->thermal->state.heat, site->at);
    input->is_disturbed = is_disturbed(site->thermal);
    (void)warmth_minute(warmth, input, (int32_t)site->thermal->stable_minutes);
    record->state = warmth->state;
    record->rate = input->rate;
    record->soak = input->soak;
    if (record->state == THERMAL_STATE_STABLE)
        record->t_stable_s = 0;
}

static void report_sensor(const struct thermal_site *site, int number)
{
    const struct heat_input *heat = &site->thermal->state.heat;
    const struct sensor *sensor = &site->thermal->state.sensors.items[number];
    struct warmth_input input = {
        .rate = sensor_rate(sensor), .rate_max = STABLE_KELVIN, .soak = NAN};
    struct sensor_course course;
    struct record record;

    sensor_course(sensor, &course);
    begin_record(site, sensor->place, &record);
    record.thermal.temp = sensor->value;
    record.thermal.theta = sensor->value - sensor->first;
    if (isfinite(course.rise) && fabs(course.rise) > STABLE_KELVIN) {
        record.thermal.theta = sensor->value - course.base;
        input.soak = record.thermal.theta / course.rise;
        record.thermal.t_stable_s =
            growth_time_stable(course.rise * (heat_input_target(heat) - input.soak),
                               STABLE_KELVIN, WINDOW_S, course.tau_s);
    }
    if (course.is_identified) {
        record.thermal.tau_s = course.tau_s;
        record.thermal.tau_u_s = course.tau_u_s;
    }
    (void)text_copy(record.thermal.verdict, sizeof(record.thermal.verdict),
                    course.is_identified ? "time constant identified" : "unidentified");
    judge_warmth(site, &site->thermal->state.sensor_warmths[number], &input,
                 &record.thermal);
    finish_record(site, &record);
}

/* The spindle by its heat alone: no temperature says anything of it. */
static void report_virtual(const struct thermal_site *site)
{
    const struct heat_input *heat = &site->thermal->state.heat;
    double soak = heat->states[GUESSED_TAU], target = heat_input_target(heat);
    double tau = virtual_tau_s[GUESSED_TAU] * (target < soak ? GROWTH_COOLING : 1);
    struct warmth_input input = {.rate = NAN, .soak = soak};
    struct record record;

    begin_record(site, "spindle", &record);
    /* A share of the full growth: 5 % in 15 minutes is 1 um of 20. */
    input.rate = (target - soak) * -expm1(-WINDOW_S / tau);
    input.rate_max = 0.05;
    record.thermal.t_stable_s =
        growth_time_stable(target - soak, input.rate_max, WINDOW_S, tau);
    (void)text_copy(record.thermal.verdict, sizeof(record.thermal.verdict),
                    "unidentified: a time constant of 40 min is assumed");
    judge_warmth(site, &site->thermal->state.spindle_warmth, &input, &record.thermal);
    finish_record(site, &record);
}

static void fill_restart(struct thermal_record *record, double growth, double tau_s)
{
    double cooling = tau_s * GROWTH_COOLING;

    record->restart10_um = growth_restart_shift(growth, cooling, 600);
    record->restart30_um = growth_restart_shift(growth, cooling, 1800);
    record->restart60_um = growth_restart_shift(growth, cooling, 3600);
    record->restart_night_um = growth_restart_shift(growth, cooling, NIGHT_S);
}

static void fill_parts(const struct thermal_site *site, const struct feature_slot *slot,
                       const struct drift_mixture *mixture, double rate_max,
                       struct thermal_record *record)
{
    double tau = isfinite(mixture->tau_s) ? mixture->tau_s : virtual_tau_s[GUESSED_TAU];
    double target = heat_input_target(&site->thermal->state.heat);

    record->theta = mixture->heat;
    record->soak = mixture->soak;
    record->um_per_k = mixture->per_kelvin;
    record->amplitude_um = mixture->amplitude;
    record->amplitude_u = mixture->amplitude_u;
    if (!slot->drift.is_artefact) {
        record->wear_part_um = mixture->wear;
        record->wear_part_u = mixture->wear_u;
    }
    if (!heat_input_is_known(&site->thermal->state.heat))
        return;
    record->growth_um = mixture->amplitude * site->thermal->state.heat.mean;
    record->t_stable_s =
        growth_time_stable(mixture->amplitude * (target - mixture->soak), rate_max,
                           WINDOW_S, target < mixture->soak ? tau * GROWTH_COOLING : tau);
    fill_restart(record, slot->drift.model == MODEL_BANK ? mixture->heat : (double)NAN,
                 tau);
}

static void fill_verdict(const struct feature_drift *drift, bool is_separable,
                         const struct drift_mixture *mixture,
                         struct thermal_record *record)
{
    const struct drift_guard *guard = &drift->guard;
    struct text text;

    text_init_fixed(&text, record->verdict, sizeof(record->verdict));
    switch (drift->model) {
    case MODEL_HOLD:
        text_add_format(&text,
                        "holding: the last value; the best model errs by %.2f of its "
                        "error",
                        sqrt(fmin(guard->bank, guard->track) / fmax(guard->hold, 1e-12)));
        break;
    case MODEL_BANK:
        if (drift->is_artefact)
            text_add(&text, is_separable ? "heat alone: nothing cuts it"
                                         : "not separable yet: needs a break");
        else if (is_separable)
            text_add_format(&text, "separable: wear %.3f±%.3f um/part%s", mixture->wear,
                            mixture->wear_u,
                            mixture->tau_identified ? ""
                                                    : "; time constant unidentified");
        else
            text_add(&text, "not separable yet: needs a tool change or a break");
        break;
    case MODEL_TRACK:
        text_add_format(&text, "follows the temperatures: errs by %.2f of holding",
                        guard->hold > 0 ? sqrt(guard->track / guard->hold) : 1);
        break;
    }
}

static double tolerance(const struct feature_rules *rules)
{
    return rules->upper_um - rules->lower_um;
}

/* um in 15 minutes that still count as stable: as configured, but no more than 5 % of the
 * tolerance (domain.md 4.3). */
static double stable_rate(const struct thermal *thermal, double tolerance_um)
{
    double um = fmin(thermal->stable_um, STABLE_SHARE * tolerance_um); /* NAN: none */

    return um * WINDOW_S / 60 / thermal->stable_minutes;
}

void thermal_report_feature(const struct thermal_site *site, struct feature_slot *slot)
{
    const struct thermal *thermal = site->thermal;
    struct feature_drift *drift = &slot->drift;
    struct drift_scene now, later;
    struct drift_forecast forecast;
    struct drift_mixture mixture;
    struct feature_rules rules;
    struct record record;

    thermal_rules(thermal, site->view->context->part, drift->name, &rules);
    thermal_scene(thermal, drift, &rules, site, 0, &now);
    thermal_scene(thermal, drift, &rules, site, FORECAST_S, &later);
    feature_drift_forecast(drift, &now, &later, &forecast);
    drift_bank_look(&drift->bank, &now.inputs, &mixture);

    bool is_separable = feature_drift_is_separable(drift, &mixture, tolerance(&rules));
    begin_record(site, drift->name, &record);
    record.thermal.drift_um = forecast.now;
    record.thermal.drift_u = forecast.now_u;
    record.thermal.pred30_um = forecast.later;
    record.thermal.explained = feature_drift_explained(drift);
    record.thermal.worst_um = drift->worst;
    struct warmth_input input = {.rate = feature_drift_is_moving(drift)
                                             ? (forecast.later - forecast.now) *
                                                   WINDOW_S / FORECAST_S
                                             : (double)NAN,
                                 .rate_max = stable_rate(thermal, tolerance(&rules)),
                                 .soak = NAN};
    if (is_separable && drift->model == MODEL_BANK) {
        fill_parts(site, slot, &mixture, input.rate_max, &record.thermal);
        input.soak = mixture.soak;
        record.thermal.tau_s = mixture.tau_identified ? mixture.tau_s : (double)NAN;
        record.thermal.tau_u_s = mixture.tau_identified ? mixture.tau_u_s : (double)NAN;
    }
    if (is_separable && drift->model == MODEL_BANK && !drift->is_artefact &&
        (isfinite(rules.lower_um) || isfinite(rules.upper_um)))
        record.thermal.margin_s = thermal_margin(site, slot, &rules);
    fill_verdict(drift, is_separable, &mixture, &record.thermal);
    judge_warmth(site, &slot->warmth, &input, &record.thermal);
    const struct warmth *machine = thermal_speaker(&thermal->state);
    if (!isfinite(input.rate) && machine) /* nothing of its own: as the machine is */
        record.thermal.state = slot->warmth.state = machine->state;
    finish_record(site, &record);
    bool is_stopped = heat_input_idle_s(&thermal->state.heat, site->at) >= HEAT_STOPPED_S;
    if (is_stopped && !slot->is_telling_stop && isfinite(record.thermal.restart30_um))
        thermal_tell_stop(site, &record.thermal);
    slot->is_telling_stop = is_stopped;
}

void thermal_report_minute(const struct thermal_site *site)
{
    struct heat_state *state = &site->thermal->state;
    bool has_spindle = false;

    for (int i = 0; i < SENSOR_COUNT; i++) {
        if (!sensor_is_used(&state->sensors.items[i]))
            continue;
        has_spindle |= strcmp(state->sensors.items[i].place, "spindle") == 0;
        report_sensor(site, i);
    }
    if (!has_spindle && heat_input_is_known(&state->heat))
        report_virtual(site);
    for (int i = 0; i < FEATURE_COUNT && *state->features[i].drift.name; i++)
        thermal_report_feature(site, &state->features[i]);
}
