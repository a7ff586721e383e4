/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>
#include <string.h>

struct feature_slot *thermal_slot(struct thermal *thermal, const char *name)
{
    for (int i = 0; i < FEATURE_COUNT; i++) {
        struct feature_slot *slot = &thermal->state.features[i];
        if (!*slot->drift.name) {
            feature_drift_init(&slot->drift, name, &thermal->priors);
            slot->drift.lot_seq = slot->drift.fixture_seq = RECORD_UNKNOWN;
            slot->due = RECORD_UNKNOWN;
            return slot;
        }
        if (strncmp(slot->drift.name, name, sizeof(slot->drift.name) - 1) == 0)
            return slot;
    }
    return NULL;
}

/* Which tool cut it, as far as the measurement says; another one is another edge. */
static void follow_tool(struct thermal *thermal, struct feature_drift *drift,
                        const char *tool)
{
    if (!tool || !*tool || strcmp(drift->tool, tool) == 0)
        return;
    if (*drift->tool)
        edges_change(&thermal->state.edges, tool);
    (void)text_copy(drift->tool, sizeof(drift->tool), tool);
}

/* The compensation that was active: told, or as the control showed it (domain.md 3.10).
 */
static double offset_of(const struct thermal *thermal, const struct feature_drift *drift,
                        const struct feature_rules *rules,
                        const struct measurement *measurement)
{
    const char *tool = drift->tool;

    if (isfinite(measurement->offset_um))
        return measurement->offset_um;
    if (!*tool && rules->tools && rules->tools->count == 1)
        tool = ((char *const *)rules->tools->items)[0];
    const struct edge *edge = edges_find(&thermal->state.edges, tool);
    return edge && isfinite(edge->offset_um) ? edge->offset_um : 0;
}

static int64_t is_good(const struct feature_rules *rules,
                       const struct measurement *measurement, double deviation_um)
{
    if (measurement->ok != RECORD_UNKNOWN)
        return measurement->ok;
    if (!isfinite(rules->lower_um) && !isfinite(rules->upper_um))
        return RECORD_UNKNOWN;
    return !(deviation_um < rules->lower_um || deviation_um > rules->upper_um);
}

static void copy_name(char target[RECORD_NAME_MAX], const char *name)
{
    (void)text_copy(target, RECORD_NAME_MAX, name ? name : "");
}

/* What is left out until wear and heat can be told apart is their parts, not their sum.
 */
static void fill_parts(const struct feature_drift *drift,
                       const struct drift_mixture *mixture, double age, double tolerance,
                       struct feature_record *record)
{
    if (!feature_drift_is_separable(drift, mixture, tolerance))
        return;
    record->wear_um = drift->is_artefact ? (double)NAN : mixture->wear * age;
    record->thermal_um = mixture->heat;
}

/* FNV-1a: a name as a number that only has to differ when the name does. */
static int64_t number_of(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (int64_t)(hash >> 1);
}

/* The lot or fixture a part is of: told with it, else by the context, else as before. */
static int64_t batch_of(const char *name, int64_t context, int64_t before)
{
    if (name && *name)
        return number_of(name);
    return context == RECORD_UNKNOWN ? before : context;
}

static void follow_batch(const struct context *context,
                         const struct measurement *measurement, struct drift_scene *scene)
{
    scene->lot_seq = batch_of(measurement->lot, context->lot_seq, scene->lot_seq);
    scene->fixture_seq =
        batch_of(measurement->fixture, context->fixture_seq, scene->fixture_seq);
}

static void begin_record(const struct thermal_site *site,
                         const struct measurement *measurement, struct record *record)
{
    record_init(record, RECORD_FEATURE, site->at);
    analytic_stamp(site->view, record);
    copy_name(record->feature.feature, measurement->feature);
    copy_name(record->feature.serial, measurement->serial);
    copy_name(record->feature.gauge, measurement->gauge);
    const char *warmth = thermal_state_now(&site->thermal->state);
    (void)text_copy(record->feature.thermal_state, sizeof(record->feature.thermal_state),
                    warmth ? warmth : "");
    record->feature.value = measurement->value;
    if (site->view->paths[0].cycle_no > 0)
        record->feature.cycle_no = site->view->paths[0].cycle_no;
}

void thermal_measure(const struct thermal_site *site, const struct statement *statement)
{
    struct thermal *thermal = site->thermal;
    const struct measurement *measurement = &statement->measurement;
    struct feature_slot *slot = measurement->feature && *measurement->feature
                                    ? thermal_slot(thermal, measurement->feature)
                                    : NULL;
    struct feature_rules rules;
    struct drift_scene scene;
    struct drift_finding finding;
    struct drift_mixture mixture;
    struct record record;

    if (!slot || !isfinite(measurement->value))
        return;
    follow_tool(thermal, &slot->drift, measurement->tool);
    thermal_rules(thermal, site->view->context->part, slot->drift.name, &rules);
    double deviation = (measurement->value - rules.nominal) * rules.scale;
    double offset = offset_of(thermal, &slot->drift, &rules, measurement);
    thermal_scene(thermal, &slot->drift, &rules, site, 0, &scene);
    if (!rules.is_artefact)
        follow_batch(site->view->context, measurement, &scene);
    feature_drift_add(&slot->drift, &thermal->priors, &scene, deviation - offset,
                      &finding);
    drift_bank_look(&slot->drift.bank, &scene.inputs, &mixture);

    begin_record(site, measurement, &record);
    record.feature.dev_um = deviation;
    record.feature.raw_um = deviation - offset;
    record.feature.offset_um = offset;
    record.feature.resid_um = deviation - offset - finding.expected;
    record.feature.u_um = finding.expected_u;
    record.feature.ok = is_good(&rules, measurement, deviation);
    fill_parts(&slot->drift, &mixture, scene.inputs.age, rules.upper_um - rules.lower_um,
               &record.feature);
    (void)text_copy(record.feature.attribution, sizeof(record.feature.attribution),
                    drift_cause_names[finding.cause]);
    site->out->append(site->out->owner, &record);
    thermal_advise(site, slot, &rules, &mixture);
}
