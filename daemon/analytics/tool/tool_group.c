/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <string.h>

#define IN_USE_CYCLES 50 /* a tool that has not cut for so long is not needed tonight */

static void add(double *sum, double more)
{
    if (!isnan(more))
        *sum = isnan(*sum) ? more : *sum + more;
}

void tools_group(const struct tools_scene *scene, const struct tool_setting *setting,
                 double *ret_remaining, double *ret_q05)
{
    struct machine_tools *tools = scene->tools;

    *ret_remaining = *ret_q05 = NAN;
    for (uint32_t i = 0; *setting->group && i < tools->state.edge_count; i++) {
        const struct edge *edge = &tools->edges[i];
        struct tool_setting own;
        struct tool_outlook outlook;

        tools_setting(tools, edge, &own);
        if (strcmp(own.group, setting->group) != 0 || own.unit != setting->unit)
            continue;

        bool is_spent = edge_is_spent(edge);
        outlook_make(edge, tools_memory(tools, edge), &own, tools_wear_limit(scene, edge),
                     &outlook);
        add(ret_remaining, is_spent ? 0 : outlook.remaining);
        if (is_spent || outlook.has_quantiles)
            add(ret_q05, is_spent ? 0 : outlook.left.q05);
    }
}

/* What is left of a group was told anew since, with a sister that cut later. */
static bool has_later_sister(const struct machine_tools *tools, const struct edge *edge)
{
    struct tool_setting own, other;

    tools_setting(tools, edge, &own);
    for (uint32_t i = 0; *own.group && i < tools->state.edge_count; i++) {
        const struct edge *sister = &tools->edges[i];

        tools_setting(tools, sister, &other);
        if (sister->path == edge->path && sister->cycle_no > edge->cycle_no &&
            other.unit == own.unit && strcmp(other.group, own.group) == 0)
            return true;
    }
    return false;
}

double tools_lights_out(const struct machine_tools *tools, int64_t path)
{
    int64_t newest = 0;
    double least = INFINITY;

    for (uint32_t i = 0; i < tools->state.edge_count; i++)
        if (tools->edges[i].path == path && tools->edges[i].cycle_no > newest)
            newest = tools->edges[i].cycle_no;
    for (uint32_t i = 0; i < tools->state.edge_count; i++) {
        const struct edge *edge = &tools->edges[i];

        if (edge->path != path || edge->cycle_no < newest - IN_USE_CYCLES ||
            has_later_sister(tools, edge))
            continue;
        if (isnan(edge->lasts_h))
            return NAN;
        least = fmin(least, edge->lasts_h);
    }
    return isfinite(least) ? least : (double)NAN;
}
