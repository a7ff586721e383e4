/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <string.h>

#define PACE_FOLLOWS 0.1 /* weight of the newest cycle */

/* A correction of the last cycle moves only the difference. */
static void count_parts(struct edge *edge, const struct record *record)
{
    int64_t parts = record->cycle.parts == RECORD_UNKNOWN ? 0 : record->cycle.parts;
    bool is_again = edge->cycle_no == record->cycle.cycle_no;
    double more = (double)(parts - (is_again ? edge->cycle_parts : 0));

    edge->used[LIFE_UNIT_PARTS] += more;
    if (edge_is_spent(edge))
        edge->overrun += more;
    edge->cycle_no = record->cycle.cycle_no;
    edge->cycle_parts = parts;
}

static void estimate_wear(const struct tools_scene *scene, struct edge *edge)
{
    struct tool_memory *memory = tools_memory(scene->tools, edge);
    double limit = tools_wear_limit(scene, edge), u_mm;
    double wear = outlook_wear(edge, memory, &u_mm);
    struct tool_setting setting;

    if (isnan(wear))
        return;
    tools_setting(scene->tools, edge, &setting);
    edge_points_add(&edge->estimated, edge_age(edge, setting.unit), wear);
    if (edge->measured.count < 2 && !isnan(limit))
        outlook_fit(edge, memory, &setting, limit);
}

static void follow(double *usual, double value)
{
    *usual += (value - *usual) * (*usual > 0 ? PACE_FOLLOWS : 1);
}

/* How many tools cut in this cycle, and whether none of them cut anything. */
static uint32_t count_cutters(const struct machine_tools *tools, int64_t path,
                              bool *ret_all_missing)
{
    uint32_t count = 0;

    *ret_all_missing = true;
    for (uint32_t i = 0; i < tools->state.edge_count; i++) {
        const struct edge *edge = &tools->edges[i];

        if (!edge->is_in_cycle || edge->path != path)
            continue;
        count++;
        *ret_all_missing =
            *ret_all_missing && edge->has_verdict && edge->verdict == BREAKAGE_MISSING;
    }
    return count;
}

/* Does this cycle say anything of its tools? Trials, warm-ups and dry runs do not. Where
 * several tools cut nothing, there was nothing to cut; where the only one did not, it may
 * be the tool. */
static bool is_telling(const struct tools_scene *scene, const struct record *record)
{
    const struct machine_tools *tools = scene->tools;
    bool all_missing;
    uint32_t count = count_cutters(tools, record->path, &all_missing);

    switch (record->cycle.kind) {
    case CYCLE_KIND_PROD:
    case CYCLE_KIND_REWORK:
    case CYCLE_KIND_AIRCUT:
        return !tools->state.was_dry[record->path - 1] && !(count > 1 && all_missing);
    case CYCLE_KIND_PROVEOUT:
    case CYCLE_KIND_WARMUP:
    case CYCLE_KIND_AUX:
        break;
    }
    return false;
}

/* What was cut short where the cycle ended says nothing of the tool. */
static void excuse_abort(const struct tools_scene *scene, struct edge *edge,
                         const struct record *record)
{
    bool is_last = strcmp(edge->tool, scene->tools->state.tool[edge->path - 1]) == 0;

    if (is_last && record->cycle.outcome == CYCLE_CLASS_ABORTED &&
        edge->verdict != BREAKAGE_OVERLOAD)
        edge_excuse(edge);
}

static void finish(const struct tools_scene *scene, struct edge *edge,
                   const struct record *record, bool tells)
{
    struct tool_setting setting;

    tools_setting(scene->tools, edge, &setting);
    count_parts(edge, record);
    follow(&edge->cycle_use, edge_age(edge, setting.unit) - edge->cycle_age);
    edge->cycle_age = edge_age(edge, setting.unit);
    if (tells)
        excuse_abort(scene, edge, record);
    else
        edge_excuse(edge);
    edge_close_cycle(edge, edge_age(edge, setting.unit));
    if (!edge_is_bad(edge))
        outlook_learn(edge, tools_memory(scene->tools, edge), &setting);
    outlook_count(edge, &setting);
    estimate_wear(scene, edge);
    tools_judge_cycle(scene, edge);
    tools_report(scene, edge);
}

void tools_cycle(const struct tools_scene *scene, const struct record *record)
{
    struct machine_tools *tools = scene->tools;
    bool has_cut = false;

    if (record->path < 1 || record->path > PATHS_MAX ||
        record->cycle.flags & CYCLE_SUPERSEDED)
        return;
    for (uint32_t i = 0; i < tools->state.edge_count; i++) {
        struct edge *edge = &tools->edges[i];

        if (edge->path != record->path)
            continue;
        if (!edge->is_in_cycle && edge->cycle_no == record->cycle.cycle_no &&
            record->cycle.flags & CYCLE_CORRECTED)
            count_parts(edge, record);
        has_cut = has_cut || edge->is_in_cycle;
    }
    if (record->cycle.ct > 0)
        follow(&tools->state.cycle_s,
               record->cycle.ct + (record->cycle.load > 0 ? record->cycle.load : 0));
    if (!has_cut && !(record->cycle.flags & CYCLE_CORRECTED))
        tools_cut_without_segment(scene, record);

    bool tells = is_telling(scene, record);
    for (uint32_t i = 0; i < tools->state.edge_count; i++)
        if (tools->edges[i].is_in_cycle && tools->edges[i].path == record->path)
            finish(scene, &tools->edges[i], record, tells);
    tools->state.suspect[record->path - 1] = 0;
    tools->state.was_dry[record->path - 1] = tools->state.is_dry[record->path - 1];
}
