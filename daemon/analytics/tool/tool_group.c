/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <string.h>

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
