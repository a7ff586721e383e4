/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>

#define CONFIDENT 1.645 /* domain.md 4.6 */
#define SIGMAS    3.0
#define HALVINGS  8

/* Does the mean with three sigmas, 95 % sure, lie within the limits so many seconds from
 * now, with the parts made and the heat come by then? */
static bool is_within(const struct thermal_site *site, const struct feature_slot *slot,
                      const struct feature_rules *rules, double ahead_s)
{
    const struct thermal *thermal = site->thermal;
    const struct feature_drift *drift = &slot->drift;
    struct drift_scene scene;
    struct drift_forecast forecast;
    struct drift_mixture mixture;

    thermal_scene(thermal, drift, rules, site, ahead_s, &scene);
    scene.inputs.age += ahead_s / thermal->state.part_s;
    feature_drift_forecast(drift, &scene, &scene, &forecast);
    drift_bank_look(&drift->bank, &scene.inputs, &mixture);

    double at = mixture.value + drift->base;
    double reach = SIGMAS * sqrt(drift->bank.noise) + CONFIDENT * mixture.value_u;
    return !(at + reach > rules->upper_um) && !(at - reach < rules->lower_um);
}

double thermal_margin(const struct thermal_site *site, const struct feature_slot *slot,
                      const struct feature_rules *rules)
{
    static const double hours[] = {0, 0.25, 0.5, 1, 2, 4, 8, 12, 16, 24, 48, 72};
    const size_t count = sizeof(hours) / sizeof(hours[0]);
    size_t first = 0;

    if (!(site->thermal->state.part_s > 0))
        return NAN;
    while (first < count && is_within(site, slot, rules, 3600 * hours[first]))
        first++;
    if (first == 0 || first == count)
        return 3600 * (first ? hours[count - 1] : 0);

    double within = 3600 * hours[first - 1], outside = 3600 * hours[first];
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (within + outside) / 2;
        if (is_within(site, slot, rules, middle))
            within = middle;
        else
            outside = middle;
    }
    return within;
}
