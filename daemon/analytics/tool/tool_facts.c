/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EVIDENCE_ENOUGH 1.0
#define EVIDENCE_NS     (30 * NS_PER_MINUTE) /* 15 min to each side */
#define LATE_NEWS_NS    (15 * NS_PER_MINUTE)
#define OFFSET_WEIGHT   0.6
#define JUST_BEFORE     4   /* cycles: then it broke, whatever else is said */
#define HARDLY_WORN     0.8 /* of the limit: removed before that it was not worn out */

/* ---- a new edge ---- */

static bool says(const char *text, const char *const *words)
{
    for (; *words; words++)
        for (const char *at = text; *at; at++)
            if (strncasecmp(at, *words, strlen(*words)) == 0)
                return true;
    return false;
}

/* Lives that ended for another reason than wear would have been longer. */
static bool was_worn(const struct tools_scene *scene, const struct edge *edge,
                     const char *why)
{
    static const char *const good[] = {"not worn", "early",  "broke", "break", "chip",
                                       "crash",    "damage", "wrong", "trial", NULL};
    static const char *const worn[] = {"worn", "wear", "limit", "life", NULL};
    double limit_mm = tools_wear_limit(scene, edge);
    struct tool_setting setting;

    tools_setting(scene->tools, edge, &setting);
    if (says(why, good) || edge->watch.is_broken ||
        (edge->has_been_bad && edge->bad_ago <= JUST_BEFORE))
        return false;
    if (says(why, worn))
        return true;
    if (!isnan(limit_mm) && !isnan(edge->wear_mm))
        return edge->wear_mm >= HARDLY_WORN * limit_mm;
    if (!isnan(setting.limit.amount))
        return edge_age(edge, setting.unit) >= HARDLY_WORN * setting.limit.amount ||
               edge->phase == TOOL_PHASE_WORN;
    return true;
}

/* Wear that was measured beyond its limit: the life to the limit was over before. */
static double spent_at(const struct edge *edge, double limit_mm, double age)
{
    const struct wear_point *points = edge->measured.items;

    for (uint32_t i = 0; i < edge->measured.count; i++) {
        if (!(points[i].wear >= limit_mm))
            continue;
        if (i == 0)
            return fmin(age, points[i].age);

        double share =
            (limit_mm - points[i - 1].wear) / (points[i].wear - points[i - 1].wear);
        return points[i - 1].age + share * (points[i].age - points[i - 1].age);
    }
    return age;
}

/* Was this change found by load or wear already, and is told of only now? */
static bool is_late_news(const struct tools_scene *scene, const struct edge *edge)
{
    return edge->found_at.wall_ns && !edge->has_been_bad &&
           scene->at.mono_ns - edge->found_at.mono_ns < LATE_NEWS_NS;
}

void tools_changed(const struct tools_scene *scene, struct edge *edge, const char *why)
{
    if (is_late_news(scene, edge))
        edge->found_at = (struct moment){0};
    else
        tools_end_life(scene, edge, why);
}

void tools_end_life(const struct tools_scene *scene, struct edge *edge, const char *why)
{
    struct tool_memory *memory = tools_memory(scene->tools, edge);
    struct tool_setting setting;
    struct tool_outlook outlook;
    char text[RECORD_TEXT_MAX];

    if (edge->is_first && edge->measured.count == 0)
        return; /* it has not cut yet: the same change, told once more */
    tools_setting(scene->tools, edge, &setting);

    double age = edge_age(edge, setting.unit);
    double limit_mm = tools_wear_limit(scene, edge);
    outlook_make(edge, memory, &setting, limit_mm, &outlook);
    tool_memory_learn(memory, spent_at(edge, limit_mm, age), was_worn(scene, edge, why),
                      &(struct life_trace){
                          edge->trace,
                          edge->trace_count,
                          edge->trace_stride,
                          {edge_speed(edge), edge->used[LIFE_UNIT_MINUTES]}
    });
    (void)snprintf(text, sizeof(text), "tool %.40s changed after %.4g %s", edge->tool,
                   age, life_unit_names[setting.unit]);
    if (outlook.has_quantiles && outlook.left.q50 > 0) {
        size_t length = strlen(text);
        double left = outlook.left.q50;

        (void)snprintf(text + length, sizeof(text) - length,
                       "; about %.3g %s of its life were left", left,
                       life_unit_names[setting.unit]);
        edge->left_lives += left / (age + left);
    }
    tools_announce(scene, edge, "tool_changed", SEVERITY_INFO, age, text);
    edge_renew(edge, scene->at);
    tools_report(scene, edge);
}

void tools_evidence(const struct tools_scene *scene, struct edge *edge, double weight)
{
    if (scene->at.mono_ns - edge->evidence_at.mono_ns > EVIDENCE_NS)
        edge->evidence = 0;
    edge->evidence += weight;
    edge->evidence_at = scene->at;
    if (edge->evidence < EVIDENCE_ENOUGH)
        return;
    tools_changed(scene, edge, "");
    edge->evidence = 0;
}

/* ---- what the control says ---- */

/* Not known and not known are the same. */
static bool differs(double left, double right)
{
    return isnan(left) ? !isnan(right) : left != right;
}

static void hear_life(const struct tools_scene *scene, const struct sample *sample)
{
    const struct tool_life *life = sample->value.tool_life;
    const char *station = life->station && *life->station ? life->station : sample->place;
    struct edge *edge = tools_edge(scene, station, sample->path);
    struct control_life now;

    if (!edge)
        return;
    control_life_read(life, &now);
    if (life->removed)
        now = edge->control;

    const struct control_life before = edge->control;
    double evidence = life->removed ? 0 : control_life_evidence(&before, &now);
    edge->control = now;
    if (evidence > 0)
        tools_evidence(scene, edge, evidence);
    if (now.is_expired && !before.is_expired)
        tools_announce(scene, edge, "tool_expired", SEVERITY_WARNING, now.used,
                       "the control says this tool has expired");
    if (now.is_broken && !before.is_broken)
        tools_announce(scene, edge, "tool_broken", SEVERITY_ALARM, now.used,
                       "the control says this tool is broken");
    if (differs(now.limit, before.limit) || now.is_expired != before.is_expired)
        tools_report(scene, edge);
}

static void hear_offset(const struct tools_scene *scene, const struct sample *sample)
{
    struct edge *edge = tools_edge(scene, sample->place, sample->path);

    if (!edge)
        return;

    double value_um = 1000 * sample_number(sample), before_um = edge->offset.value_um;
    switch (offset_track_add(&edge->offset, value_um)) {
    case OFFSET_RESET:
    case OFFSET_LARGE:
        tools_evidence(scene, edge, OFFSET_WEIGHT);
        break;
    case OFFSET_OVERADJUST:
        tools_announce(
            scene, edge, "tool_overadjust", SEVERITY_NOTICE, value_um,
            "its offset goes back and forth: corrections chase noise and double "
            "the variance; correct less often");
        break;
    case OFFSET_ENTRY_ERROR:
        tools_announce(scene, edge, "tool_offset_error", SEVERITY_ALARM,
                       value_um - before_um,
                       "its offset jumped by more than 0.5 mm: is it a typing error?");
        break;
    case OFFSET_NONE:
    case OFFSET_FIRST:
    case OFFSET_WEAR:
        break;
    }
}

static void hear_asset(const struct tools_scene *scene, const struct sample *sample)
{
    const char *tool = tools_current(scene, sample->path);
    struct edge *edge = *tool ? tools_edge(scene, tool, sample->path) : NULL;

    if (!edge || !*sample->value.text)
        return;

    bool is_other =
        *edge->control.asset && strcmp(edge->control.asset, sample->value.text) != 0;
    (void)text_copy(edge->control.asset, sizeof(edge->control.asset), sample->value.text);
    if (is_other)
        tools_evidence(scene, edge, EVIDENCE_ENOUGH);
}

static void hear_override(struct tools_state *state, const struct sample *sample)
{
    size_t path = (size_t)sample->path - 1;

    if (strcmp(sample->place, "dry_run") != 0)
        return;
    state->is_dry[path] = sample->value.integer != 0;
    state->was_dry[path] = state->was_dry[path] || state->is_dry[path];
}

void tools_hear(const struct tools_scene *scene, const struct sample *sample)
{
    if (!sample_is_good(sample))
        return;
    if (sample->signal == SIGNAL_MODE_OVERRIDE)
        hear_override(&scene->tools->state, sample);
    if (sample->signal == SIGNAL_TOOL_LIFE && sample->value.kind == VALUE_TOOL_LIFE)
        hear_life(scene, sample);
    else if (sample->signal == SIGNAL_TOOL_OFFSET)
        hear_offset(scene, sample);
    else if (sample->signal == SIGNAL_TOOL_ASSET && sample->value.kind == VALUE_TEXT)
        hear_asset(scene, sample);
}

/* ---- what people say ---- */

static void keep_measurement(const struct tools_scene *scene,
                             const struct statement *statement)
{
    const struct measurement *measurement = &statement->measurement;
    struct tools_state *state = &scene->tools->state;

    if (isnan(measurement->value) || !measurement->feature)
        return;
    if (state->waiting_count == MEASUREMENTS_MAX)
        tools_measure(scene, INT64_MAX);

    struct waiting_measurement *waiting = &state->waiting[state->waiting_count++];
    const char *tool =
        measurement->tool && *measurement->tool ? measurement->tool : statement->tool;
    memset(waiting, 0, sizeof(*waiting));
    waiting->at = statement->at;
    waiting->value = measurement->value;
    waiting->offset_um = measurement->offset_um;
    (void)text_copy(waiting->feature, sizeof(waiting->feature), measurement->feature);
    (void)text_copy(waiting->tool, sizeof(waiting->tool), tool ? tool : "");
}

void tools_tell(const struct tools_scene *scene, const struct statement *statement)
{
    const char *tool =
        statement->tool && *statement->tool ? statement->tool : tools_current(scene, 1);

    if (statement->kind == STATEMENT_MEASURE)
        keep_measurement(scene, statement);
    if (statement->kind != STATEMENT_TOOL_CHANGED || !*tool)
        return;
    tools_measure(scene, INT64_MAX);

    bool is_known = false;
    for (uint32_t i = 0; i < scene->tools->state.edge_count; i++) {
        struct edge *edge = &scene->tools->edges[i];

        if (strcmp(edge->tool, tool) != 0)
            continue;
        is_known = true;
        tools_changed(scene, edge, statement->text ? statement->text : "");
    }
    if (!is_known)
        (void)tools_edge(scene, tool, 1);
}
