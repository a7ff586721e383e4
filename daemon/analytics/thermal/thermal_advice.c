/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/growth.h"
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENT 1.645 /* domain.md 4.6 */
#define SIGMAS    3.0
#define PARTS_MAX 100000.0
#define WITHIN_UM 2.0 /* of stable: the first good dimension after a stop */
#define SHARE     0.1 /* of the tolerance: what is worth a compensation */
#define PROBE_MIN 5.0
#define PROBE_MAX 240.0

double drift_parts_left(double room_um, double sigma, double step, double room_u,
                        double step_u)
{
    double low = 0, high = PARTS_MAX;

    for (int i = 0; i < 60; i++) {
        double parts = (low + high) / 2;
        double reach =
            step * parts + SIGMAS * sigma +
            CONFIDENT * sqrt(room_u * room_u + parts * parts * step_u * step_u);
        if (reach > room_um)
            high = parts;
        else
            low = parts;
    }
    return floor(low + 1e-6);
}

/* Until whichever limit comes first. */
static double parts_left(const struct feature_slot *slot,
                         const struct feature_rules *rules,
                         const struct drift_mixture *mixture)
{
    double sigma = sqrt(slot->drift.bank.noise), least = NAN;
    double at = mixture->value + slot->drift.base;

    if (isfinite(rules->upper_um))
        least = drift_parts_left(rules->upper_um - at, sigma, mixture->wear,
                                 mixture->value_u, mixture->wear_u);
    if (isfinite(rules->lower_um))
        least = fmin(isfinite(least) ? least : PARTS_MAX,
                     drift_parts_left(at - rules->lower_um, sigma, -mixture->wear,
                                      mixture->value_u, mixture->wear_u));
    return least;
}

static void write_sentence(const struct thermal_site *site,
                           const struct feature_slot *slot,
                           const struct feature_rules *rules,
                           const struct drift_mixture *mixture, struct text *text)
{
    const struct heat_input *heat = &site->thermal->state.heat;
    double tolerance = rules->upper_um - rules->lower_um;
    double now = mixture->value + slot->drift.base;
    double tau = isfinite(mixture->tau_s) ? mixture->tau_s : virtual_tau_s[2];
    double worth =
        fmax(isfinite(tolerance) ? SHARE * tolerance : 0, sqrt(slot->drift.bank.noise));
    double away = mixture->amplitude * (heat->mean - mixture->soak);
    double growth =
        fabs(mixture->amplitude) * (heat_input_is_known(heat) ? heat->mean : 1);
    double rate = fabs(away * -expm1(-60 / tau));

    if (isfinite(tolerance) && growth > tolerance / 2)
        text_add_format(text,
                        "heat alone takes %.0f um of %.0f: change the tolerance "
                        "stack, not the machine; ",
                        growth, tolerance);
    if (fabs(now) > worth)
        text_add_format(text, "compensate by %+.1f um; ", -now);
    if (heat_input_is_known(heat) && fabs(away) > WITHIN_UM)
        text_add_format(text, "warm-up of %.0f min; ",
                        growth_time_within(away, WITHIN_UM, tau) / 60);
    if (rate > 0)
        text_add_format(text, "probe every %.0f min",
                        fmin(fmax(worth / rate, PROBE_MIN), PROBE_MAX));
}

/* A tenth fewer or more parts, or any change near the limit. */
static bool is_news(int64_t was, int64_t is)
{
    if (was == RECORD_UNKNOWN || is == RECORD_UNKNOWN)
        return was != is;
    return llabs(is - was) > was / 10;
}

void thermal_advise(const struct thermal_site *site, struct feature_slot *slot,
                    const struct feature_rules *rules,
                    const struct drift_mixture *mixture)
{
    struct record record;
    struct text text;

    if (slot->drift.model != MODEL_BANK || slot->drift.is_artefact ||
        !feature_drift_is_separable(&slot->drift, mixture,
                                    rules->upper_um - rules->lower_um))
        return;
    double left = parts_left(slot, rules, mixture);
    int64_t due = isfinite(left) ? (int64_t)left : RECORD_UNKNOWN;
    if (!is_news(slot->due, due))
        return;
    slot->due = due;
    record_init(&record, RECORD_ADVICE, site->at);
    analytic_stamp(site->view, &record);
    text_init_fixed(&text, record.advice.feature, sizeof(record.advice.feature));
    text_add(&text, slot->drift.name);
    text_add(&text, ".drift"); /* the inspection adviser has the plain name */
    record.advice.due = due;
    record.advice.inspect = due == RECORD_UNKNOWN ? RECORD_UNKNOWN : due <= 0;
    text_init_fixed(&text, record.advice.text, sizeof(record.advice.text));
    write_sentence(site, slot, rules, mixture, &text);
    site->out->append(site->out->owner, &record);
}

void thermal_tell_stop(const struct thermal_site *site,
                       const struct thermal_record *thermal)
{
    double tau = isfinite(thermal->tau_s) ? thermal->tau_s : virtual_tau_s[2];
    double shift = thermal->restart30_um;
    struct record record;
    struct text text;

    record_init(&record, RECORD_EVENT, site->at);
    analytic_stamp(site->view, &record);
    record.path = 0;
    text_init_fixed(&text, record.event.code, sizeof(record.event.code));
    text_add(&text, "restart_shift.");
    text_add(&text, thermal->axis);
    text_init_fixed(&text, record.event.text, sizeof(record.event.text));
    text_add_format(&text,
                    "if you restart in 10, 30, 60 min or tomorrow, expect %+.1f, %+.1f, "
                    "%+.1f, %+.1f um in %s; after 30 min the first good dimension comes "
                    "in about %.0f min, or run a warm-up of %.0f min",
                    thermal->restart10_um, shift, thermal->restart60_um,
                    thermal->restart_night_um, thermal->axis,
                    growth_time_within(shift, WITHIN_UM, tau) / 60,
                    growth_time_within(shift, WITHIN_UM, tau) / 60);
    record.event.value = shift;
    record.event.severity = SEVERITY_INFO;
    site->out->append(site->out->owner, &record);
}
