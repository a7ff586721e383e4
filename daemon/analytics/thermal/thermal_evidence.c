/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>

#define EVERY_S    300.0 /* a displacement is a measurement so often */
#define CHANGED_UM 0.05  /* less than the last digit of any control */
#define SETUP_UM   100.0 /* a larger step of a work offset is another set-up */
#define HAND_UM    5.0   /* how well a hand corrects, at best */

/* A work offset says something when it is corrected; another set-up begins anew. */
static bool is_correction(const struct thermal *thermal, struct feature_drift *drift,
                          double um)
{
    double change = fabs(um - drift->base - drift->last);
    char name[RECORD_NAME_MAX];

    if (drift->count && change > SETUP_UM) {
        (void)text_copy(name, sizeof(name), drift->name);
        feature_drift_init(drift, name, &thermal->priors);
    }
    return !drift->count || change > CHANGED_UM;
}

void thermal_evidence(const struct thermal_site *site, const struct sample *sample)
{
    struct thermal *thermal = site->thermal;
    struct drift_priors priors = thermal->priors;
    char name[SIGNAL_NAME_MAX];
    struct feature_rules rules;
    struct drift_scene scene;
    struct drift_finding finding;

    signal_print(sample, name);
    double um = sample_is_good(sample) ? sample_number(sample) * 1000 : (double)NAN;
    struct feature_slot *slot = isfinite(um) ? thermal_slot(thermal, name) : NULL;
    if (!slot)
        return;
    bool is_due =
        sample->signal == SIGNAL_WORK_OFFSET
            ? is_correction(thermal, &slot->drift, um)
            : !slot->drift.count || moment_seconds(slot->drift.at, sample->at) >= EVERY_S;
    if (!is_due)
        return;
    if (!slot->drift.count && sample->signal == SIGNAL_WORK_OFFSET) {
        priors.noise_um = fmax(priors.noise_um, HAND_UM);
        drift_bank_init(&slot->drift.bank, priors.noise_um);
    }
    thermal_rules(thermal, "", slot->drift.name, &rules);
    thermal_scene(thermal, &slot->drift, &rules, site, 0, &scene);
    feature_drift_add(&slot->drift, &priors, &scene, um, &finding);
}
