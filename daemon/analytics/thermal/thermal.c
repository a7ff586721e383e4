/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal.h"

#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/thermal/growth.h"
#include "daemon/analytics/thermal/thermal_machine.h"
#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT UINT32_C(6)
#define CATCH_UP_NS                                                    \
    (2 * NS_PER_DAY) /* a longer silence is not lived minute by minute \
                      */
#define UM_PER_MM        1000.0
#define OVERRIDE_PERCENT 5.0
#define PACE_FOLLOWS     0.1 /* weight of the newest cycle */

/* Of zeros: what is not needed yet takes no memory (analytic.h). */
static void begin(struct heat_state *state)
{
    state->layout = LAYOUT;
    state->size = sizeof(*state);
    heat_input_init(&state->heat);
    sensors_init(&state->sensors);
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct thermal *thermal = pages_take(sizeof(*thermal));

    if (!thermal)
        return -ENOMEM;
    thermal->tracker = *options;
    thermal_options_init(&thermal->defaults);
    thermal->options = options->thermal ? options->thermal : &thermal->defaults;
    thermal->limits =
        (struct heat_limits){thermal->options->max_speed, thermal->options->rated_power};
    thermal->priors = (struct drift_priors){
        thermal->options->noise_um, thermal->options->tool_um, thermal->options->lot_um};
    if (!thermal->options->stable ||
        thermal_read_stable(thermal->options->stable, &thermal->stable_um,
                            &thermal->stable_minutes))
        (void)thermal_read_stable(thermal->defaults.stable, &thermal->stable_um,
                                  &thermal->stable_minutes);
    begin(&thermal->state);
    *ret_self = thermal;
    return 0;
}

static void destroy(void *self)
{
    pages_free(self);
}

static const struct feature_options *find_in(const struct part_options *part,
                                             const char *name)
{
    const struct feature_options *features = part->features.items;

    for (size_t i = 0; i < part->features.count; i++)
        if (strcmp(features[i].name, name) == 0)
            return &features[i];
    return NULL;
}

/* Of the part in work; of any other that has a feature of this name, if it has none. */
static const struct feature_options *find_feature(const struct thermal *thermal,
                                                  const char *part, const char *name)
{
    const struct feature_options *any = NULL;

    for (size_t i = 0; i < thermal->tracker.part_count; i++) {
        const struct part_options *own = &thermal->tracker.parts[i];
        const struct feature_options *feature = find_in(own, name);
        if (feature && strcmp(own->part, part) == 0)
            return feature;
        any = feature ? feature : any;
    }
    return any;
}

static double unit_in_um(const char *unit, const char *name)
{
    size_t length = strlen(name);

    if (unit)
        return strcmp(unit, "um") == 0 || strcmp(unit, "µm") == 0 ? 1 : UM_PER_MM;
    return length > 3 && strcmp(name + length - 3, "_um") == 0 ? 1 : UM_PER_MM;
}

/* What the machine shows of itself is named by its signal. */
static bool is_evidence(const char *name)
{
    return strncmp(name, "displacement.", 13) == 0 ||
           strncmp(name, "work_offset.", 12) == 0;
}

void thermal_rules(const struct thermal *thermal, const char *part, const char *name,
                   struct feature_rules *ret_rules)
{
    const struct feature_options *feature = find_feature(thermal, part, name);

    *ret_rules = (struct feature_rules){.scale = unit_in_um(NULL, name),
                                        .lower_um = NAN,
                                        .upper_um = NAN,
                                        .is_artefact = is_evidence(name)};
    if (!feature)
        return;
    ret_rules->scale = unit_in_um(feature->unit, name);
    ret_rules->nominal = isfinite(feature->nominal) ? feature->nominal : 0;
    ret_rules->lower_um = (feature->lower - ret_rules->nominal) * ret_rules->scale;
    ret_rules->upper_um = (feature->upper - ret_rules->nominal) * ret_rules->scale;
    ret_rules->tools = feature->tools.count ? &feature->tools : NULL;
    ret_rules->is_artefact = feature->artefact;
}

/* The newest change of any tool that cuts the feature. */
static const struct edge *newest_edge(const struct thermal *thermal,
                                      const struct feature_drift *feature,
                                      const struct feature_rules *rules)
{
    const struct edge *newest = NULL;

    if (!rules->tools)
        return edges_find(&thermal->state.edges, feature->tool);
    char *const *tools = rules->tools->items;
    for (size_t i = 0; i < rules->tools->count; i++) {
        const struct edge *edge = edges_find(&thermal->state.edges, tools[i]);
        if (edge && (!newest || edge->number > newest->number))
            newest = edge;
    }
    return newest;
}

static void look_at_sensors(const struct thermal *thermal, double ahead_s,
                            struct drift_inputs *inputs)
{
    const struct heat_input *heat = &thermal->state.heat;

    for (int i = 0; i < SENSOR_COUNT; i++) {
        const struct sensor *sensor = &thermal->state.sensors.items[i];
        struct sensor_course course;
        double *theta = &inputs->theta[VIRTUAL_COUNT + i];
        double *rise = &inputs->rise[VIRTUAL_COUNT + i];
        *theta = sensor->value - sensor->first;
        *rise = 1;
        if (!sensor_is_used(sensor))
            continue;
        sensor_course(sensor, &course);
        *rise = isfinite(course.rise) ? course.rise : fmax(fabs(*theta), 1);
        if (ahead_s > 0 && isfinite(course.tau_s))
            *theta = growth_step_slower_down(
                *theta,
                course.base + course.rise * heat_input_target(heat) - sensor->first,
                course.tau_s, ahead_s);
    }
}

/* Of the open cycle as it stands now, else of the last one. */
static bool is_overridden(const struct thermal *thermal, const struct path_view *path)
{
    if (path->in_cycle && isfinite(path->feed_override))
        return fabs(path->feed_override - 100) > OVERRIDE_PERCENT;
    return thermal->state.is_overridden;
}

void thermal_scene(const struct thermal *thermal, const struct feature_drift *feature,
                   const struct feature_rules *rules, const struct thermal_site *site,
                   double ahead_s, struct drift_scene *ret_scene)
{
    const struct heat_input *heat = &thermal->state.heat;
    const struct edge *edge = newest_edge(thermal, feature, rules);

    *ret_scene = (struct drift_scene){
        .at = moment_plus(site->at, (int64_t)(ahead_s * 1e9)),
        .lot_seq = feature->lot_seq,
        .fixture_seq = feature->fixture_seq,
    };
    ret_scene->is_artefact = rules->is_artefact;
    if (!rules->is_artefact) {
        ret_scene->edge = edge ? edge->number : 0;
        ret_scene->is_overridden = is_overridden(thermal, &site->view->paths[0]);
        ret_scene->inputs.age = thermal->state.edges.parts - (edge ? edge->since : 0);
    }
    for (int i = 0; i < VIRTUAL_COUNT; i++) {
        ret_scene->inputs.rise[i] = 1;
        ret_scene->inputs.theta[i] =
            ahead_s > 0
                ? growth_step_slower_down(heat->states[i], heat_input_target(heat),
                                          virtual_tau_s[i], ahead_s)
                : heat->states[i];
    }
    look_at_sensors(thermal, ahead_s, &ret_scene->inputs);
    sensors_lagged(&thermal->state.sensors, site->at, ahead_s, &ret_scene->heat);
}

static void live_until(const struct thermal_site *site)
{
    struct heat_state *state = &site->thermal->state;
    struct thermal_site minute = *site;

    if (!state->is_started)
        return;
    if (site->at.mono_ns - state->minute.mono_ns > CATCH_UP_NS) {
        int64_t skip = (site->at.mono_ns - state->minute.mono_ns) / NS_PER_MINUTE;
        state->minute = moment_plus(state->minute, skip * NS_PER_MINUTE);
    }
    while (state->minute.mono_ns <= site->at.mono_ns) {
        minute.at = state->minute;
        heat_input_move(&state->heat, minute.at);
        sensors_minute(&state->sensors, &state->heat);
        thermal_report_minute(&minute);
        state->minute = moment_plus(state->minute, NS_PER_MINUTE);
    }
}

static void start(struct heat_state *state, struct moment at)
{
    if (state->is_started)
        return;
    state->is_started = true;
    state->minute = moment_plus(at, NS_PER_MINUTE - at.wall_ns % NS_PER_MINUTE);
}

static bool is_followed(const struct thermal *thermal, const struct sample *sample)
{
    const struct option_list *list = &thermal->options->sensors;
    char *const *patterns = list->items;
    char name[SIGNAL_NAME_MAX];

    if (!list->count)
        return true;
    signal_print(sample, name);
    for (size_t i = 0; i < list->count; i++)
        if (text_match(patterns[i], name))
            return true;
    return false;
}

static void absorb(const struct thermal_site *site, const struct sample *sample)
{
    struct thermal *thermal = site->thermal;
    struct heat_state *state = &thermal->state;
    struct edge *edge;

    switch (sample->signal) {
    case SIGNAL_TEMPERATURE:
        if (sample_is_good(sample) && is_followed(thermal, sample))
            sensors_observe(&state->sensors, sample->place, sample_number(sample),
                            sample->at);
        break;
    case SIGNAL_DISPLACEMENT:
    case SIGNAL_WORK_OFFSET:
        thermal_evidence(site, sample);
        break;
    case SIGNAL_TOOL_OFFSET:
        edge = edges_of(&state->edges, sample->place);
        if (edge && sample_is_good(sample))
            edge->offset_um = sample_number(sample) * UM_PER_MM;
        break;
    default:
        heat_input_observe(&state->heat, &thermal->limits, sample);
        break;
    }
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    struct thermal *thermal = self;
    const struct thermal_site site = {thermal, view, out, sample->at};

    start(&thermal->state, sample->at);
    live_until(&site);
    heat_input_move(&thermal->state.heat, sample->at);
    thermal->state.heard = sample->at;
    if (view->paths[0].is_known)
        heat_input_run(&thermal->state.heat, &thermal->limits,
                       view->paths[0].execution == EXECUTION_RUN);
    absorb(&site, sample);
}

static void refine(void *self, const struct machine_view *view, struct record *record)
{
    (void)view;
    if (record->kind == RECORD_CYCLE)
        thermal_tag_cycle(&((struct thermal *)self)->state, &record->cycle);
}

static void count_parts(struct heat_state *state, const struct cycle_record *cycle)
{
    if (cycle->kind != CYCLE_KIND_PROD || cycle->parts <= 0)
        return;
    state->edges.parts += (double)cycle->parts;
    if (!(cycle->ct > 0))
        return;
    double part_s = (cycle->ct + fmax(cycle->load, 0)) / (double)cycle->parts;
    state->part_s += (part_s - state->part_s) * (state->part_s > 0 ? PACE_FOLLOWS : 1);
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct heat_state *state = &((struct thermal *)self)->state;

    (void)view;
    (void)out;
    if (record->kind == RECORD_TOOL)
        edges_hear(&state->edges, &record->tool);
    if (record->kind != RECORD_CYCLE || record->cycle.cycle_no <= state->cycle_no)
        return; /* corrections come with a number that was heard before */
    state->cycle_no = record->cycle.cycle_no;
    state->is_overridden = record->cycle.flags & CYCLE_OVERRIDE;
    count_parts(state, &record->cycle);
}

static void tell(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out)
{
    struct thermal *thermal = self;
    const struct thermal_site site = {thermal, view, out, statement->at};

    start(&thermal->state, statement->at);
    live_until(&site);
    heat_input_move(&thermal->state.heat, statement->at);
    if (statement->kind == STATEMENT_TOOL_CHANGED && statement->tool)
        edges_change(&thermal->state.edges, statement->tool);
    if (statement->kind == STATEMENT_MEASURE)
        thermal_measure(&site, statement);
}

static void advance(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out)
{
    const struct thermal_site site = {self, view, out, now};

    live_until(&site);
}

static void save(const void *self, struct text *text)
{
    const struct thermal *thermal = self;

    text_add_bytes(text, (const char *)&thermal->state, sizeof(thermal->state));
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct thermal *thermal = self;
    uint32_t head[2];

    if (length != sizeof(thermal->state))
        return -EPROTO;
    memcpy(head, bytes, sizeof(head));
    if (head[0] != LAYOUT || head[1] != sizeof(thermal->state))
        return -EPROTO;
    pages_copy(&thermal->state, bytes, length);
    return 0;
}

const struct analytic analytic_thermal = {
    .name = "thermal",
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .refine = refine,
    .hear = hear,
    .tell = tell,
    .advance = advance,
    .save = save,
    .restore = restore,
};
