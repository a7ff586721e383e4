/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include "daemon/analytics/statistics/line.h"
#include "daemon/analytics/tool/dimension_drift.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define MOST_WEAR_MM 2.0 /* no edge is used with more: it must have been micrometres */
#define WAS_WORN_MM  0.1
#define LEAST_FALL   0.1 /* mm: more than anybody measures wrong twice */
#define FALLEN       0.6 /* of the wear before, at most, is on a new edge */
#define FRESH_MM     0.05
#define FRESH        0.3 /* of the wear before, when it is nearly nothing */

/* VB, VBmax, flank wear, crater wear …: wear itself, not a dimension of the part. */
static bool is_wear(const char *feature)
{
    static const char *const words[] = {"wear", "flank", "crater", "vb", NULL};

    for (size_t i = 0; words[i]; i++)
        for (const char *at = feature; *at; at++)
            if (strncasecmp(at, words[i], strlen(words[i])) == 0 &&
                (i < 3 || at == feature))
                return true;
    return false;
}

static const struct feature_options *find_feature(const struct tools_scene *scene,
                                                  const char *name)
{
    const struct feature_options *found = NULL;

    for (size_t i = 0; i < scene->tools->part_count; i++) {
        const struct part_options *part = &scene->tools->parts[i];
        const struct feature_options *features = part->features.items;
        bool is_current = strcmp(part->part, scene->view->context->part) == 0;

        for (size_t k = 0; k < part->features.count; k++)
            if (strcmp(features[k].name, name) == 0 && (!found || is_current))
                found = &features[k];
    }
    return found;
}

static bool cuts(const struct feature_options *feature, const char *tool)
{
    char *const *tools = feature->tools.items;

    for (size_t i = 0; i < feature->tools.count; i++)
        if (strcmp(tools[i], tool) == 0)
            return true;
    return feature->tools.count == 0;
}

static double unit_mm(const char *unit)
{
    if (unit && (strcasecmp(unit, "um") == 0 || strcmp(unit, "µm") == 0))
        return 1e-3;
    return unit && strcasecmp(unit, "m") == 0 ? 1e3 : 1;
}

static uint32_t name_hash(const char *name)
{
    return signature_hash(UINT32_C(2166136261), name);
}

double tools_feature_limit(const struct machine_tools *tools, const struct edge *edge)
{
    for (size_t i = 0; i < tools->part_count; i++) {
        const struct feature_options *features = tools->parts[i].features.items;

        for (size_t k = 0; k < tools->parts[i].features.count; k++)
            if (is_wear(features[k].name) && !isnan(features[k].upper) &&
                cuts(&features[k], edge->tool))
                return features[k].upper * unit_mm(features[k].unit);
    }
    return NAN;
}

double tools_wear_limit(const struct tools_scene *scene, const struct edge *edge)
{
    struct tool_setting setting;

    tool_setting_find(scene->tools->options, edge->tool, &setting);
    if (!isnan(setting.limit.wear_mm))
        return setting.limit.wear_mm;
    return tools_feature_limit(scene->tools, edge);
}

/* What was measured before in millimetres was in micrometres after all. */
static void rescale(struct machine_tools *tools)
{
    tools->state.is_um = true;
    for (uint32_t i = 0; i < tools->state.edge_count; i++) {
        struct edge *edge = &tools->edges[i];

        edge->wear_mm /= 1000;
        edge->correction_mm = 0;
        edge->corrections = 0;
        edge->estimated.count = 0;
        for (uint32_t k = 0; k < edge->measured.count; k++)
            edge->measured.items[k].wear /= 1000;
    }
    for (uint32_t i = 0; i < tools->state.memory_count; i++) {
        struct wear_calibration *calibration = &tools->memories[i].calibration;

        for (uint32_t k = 0; k < calibration->count; k++)
            calibration->points[k].wear_mm /= 1000;
        calibration->is_known = false;
    }
}

static double read_wear(struct machine_tools *tools,
                        const struct feature_options *feature, double value)
{
    double scale = feature ? unit_mm(feature->unit) : 1;

    if (scale == 1 && !tools->state.is_um && fabs(value) > MOST_WEAR_MM)
        rescale(tools);
    if (scale == 1 && tools->state.is_um)
        scale = 1e-3;
    return fabs(value) * scale;
}

/* Teaches the type what load means what wear, and this edge how far it is off. */
static void calibrate(const struct tools_scene *scene, struct edge *edge, double wear_mm)
{
    struct tool_memory *memory = tools_memory(scene->tools, edge);
    struct calibration_point point = {.wear_mm = (float)wear_mm};
    size_t index = (size_t)(edge - scene->tools->edges);

    if (edge->recent_count == 0)
        return;
    point.life = (int64_t)index * 1000000 + edge->life_no;
    edge_reading(edge, &point.reading);

    double expected = wear_calibration_at(&memory->calibration, &point.reading);
    wear_calibration_add(&memory->calibration, &point);
    if (isnan(expected))
        return;
    edge->corrections++;
    edge->correction_mm +=
        (wear_mm - expected - edge->correction_mm) / (edge->corrections + 1);
}

/* Wear does not heal. */
static bool is_another(const struct edge *edge, double wear_mm)
{
    double before = edge->wear_mm;

    return before >= WAS_WORN_MM &&
           ((wear_mm <= FRESH_MM && wear_mm <= FRESH * before) ||
            (wear_mm <= before - LEAST_FALL && wear_mm <= FALLEN * before));
}

/* It was changed after the newest measurement: who measures a worn edge changes it. */
static void renew_measured(const struct tools_scene *scene, struct edge *edge)
{
    double since[EDGE_UNITS];

    for (size_t i = 0; i < EDGE_UNITS; i++)
        since[i] = fmax(0, edge->used[i] - edge->used_measured[i]);

    double cycles = since[LIFE_UNIT_PARTS] / fmax(1, (double)edge->cycle_parts);
    tools_renew(scene, edge, (uint32_t)(cycles + 0.5), since, "");
}

static void measure_wear(const struct tools_scene *scene, struct edge *edge,
                         uint32_t feature, double wear_mm)
{
    struct tool_setting setting;

    if (edge->wear_feature && edge->wear_feature != feature)
        return; /* one kind of wear tells about an edge: the first that was measured */
    if (is_another(edge, wear_mm))
        renew_measured(scene, edge);
    edge->wear_feature = feature;
    memcpy(edge->used_measured, edge->used, sizeof(edge->used));
    tools_setting(scene->tools, edge, &setting);
    edge_points_add(&edge->measured, edge_age(edge, setting.unit), wear_mm);
    edge->wear_mm = wear_mm;
    edge->is_wear_newest = true;
    calibrate(scene, edge, wear_mm);
    outlook_fit(edge, tools_memory(scene->tools, edge), &setting,
                tools_wear_limit(scene, edge));
}

/* How far the raw dimension still has to its limit, as wear that rises from 0. */
static void fit_dimension(struct edge *edge, const struct feature_options *feature)
{
    double x[WEAR_POINTS], y[WEAR_POINTS];
    struct wear_point rising[WEAR_POINTS];
    size_t count = edge->dimension.count;
    struct passage passage;

    for (size_t i = 0; i < count; i++) {
        x[i] = edge->dimension.items[i].age;
        y[i] = edge->dimension.items[i].wear;
    }

    struct line line = line_theil_sen(x, y, count);
    double sign = line.slope < 0 ? -1 : 1;
    double bound = sign > 0 ? feature->upper : feature->lower;
    double limit = sign * (bound - line.intercept) * unit_mm(feature->unit);
    if (isnan(line.slope) || isnan(limit) || !(limit > 0))
        return;
    for (size_t i = 0; i < count; i++)
        rising[i] = (struct wear_point){x[i], sign * (y[i] - line.intercept) *
                                                  unit_mm(feature->unit)};
    edge->is_curve_estimated = false;
    edge->is_curve_dimension = true;
    wear_curve_fit(&edge->curve, rising, count, limit, NULL);
    if (dimension_drift_fit(edge->dimension.items, count, feature->upper, feature->lower,
                            &passage))
        wear_curve_mix(&edge->curve, x[count - 1], &passage);
}

/* A dimension that this tool cuts: offsets that were typed in are added back. */
static void measure_dimension(const struct tools_scene *scene, struct edge *edge,
                              const struct feature_options *feature,
                              const struct waiting_measurement *waiting)
{
    const struct tool_options *options = scene->tools->options;
    double factor = options ? options->offset_factor : 1;
    double offset_um =
        isnan(waiting->offset_um) ? edge->offset.value_um : waiting->offset_um;
    uint32_t name = name_hash(feature->name);
    struct tool_setting setting;

    tools_setting(scene->tools, edge, &setting);
    if (edge->dimension_feature && edge->dimension_feature != name)
        return; /* one dimension tells about an edge: the first that was measured */
    edge->dimension_feature = name;
    edge_points_add(&edge->dimension, edge_age(edge, setting.unit),
                    waiting->value - factor * offset_um / 1000 / unit_mm(feature->unit));
    if (isnan(tools_wear_limit(scene, edge)))
        fit_dimension(edge, feature);
}

static void apply_to(const struct tools_scene *scene, const char *tool,
                     const struct waiting_measurement *waiting)
{
    const struct feature_options *feature = find_feature(scene, waiting->feature);
    struct edge *edge = tools_edge(scene, tool, 1);

    for (uint32_t i = 0; i < scene->tools->state.edge_count; i++)
        if (strcmp(scene->tools->edges[i].tool, tool) == 0)
            edge = &scene->tools->edges[i];
    if (!edge)
        return;
    if (is_wear(waiting->feature))
        measure_wear(scene, edge, name_hash(waiting->feature),
                     read_wear(scene->tools, feature, waiting->value));
    else if (feature)
        measure_dimension(scene, edge, feature, waiting);
    else
        return;
    tools_judge_wear(scene, edge);
    tools_report(scene, edge);
}

static void apply(const struct tools_scene *scene,
                  const struct waiting_measurement *waiting)
{
    const struct feature_options *feature = find_feature(scene, waiting->feature);

    if (*waiting->tool) {
        apply_to(scene, waiting->tool, waiting);
        return;
    }
    for (size_t i = 0; feature && i < feature->tools.count; i++)
        apply_to(scene, ((char *const *)feature->tools.items)[i], waiting);
    if (is_wear(waiting->feature) && (!feature || feature->tools.count == 0))
        apply_to(scene, tools_current(scene, 1), waiting);
}

void tools_measure(const struct tools_scene *scene, int64_t until_ns)
{
    struct tools_state *state = &scene->tools->state;
    uint32_t left = 0, count = state->waiting_count;

    state->waiting_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct waiting_measurement waiting = state->waiting[i];
        struct tools_scene then = *scene;

        if (waiting.at.mono_ns > until_ns) {
            state->waiting[left++] = waiting;
            continue;
        }
        then.at = waiting.at;
        apply(&then, &waiting);
    }
    state->waiting_count = left;
}
