/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/edges.h"

#include <math.h>
#include <string.h>

const struct edge *edges_find(const struct edges *edges, const char *tool)
{
    for (int i = 0; i < EDGE_COUNT && *edges->items[i].tool; i++)
        if (strncmp(edges->items[i].tool, tool, RECORD_NAME_MAX - 1) == 0)
            return &edges->items[i];
    return NULL;
}

struct edge *edges_of(struct edges *edges, const char *tool)
{
    for (int i = 0; *tool && i < EDGE_COUNT; i++) {
        struct edge *edge = &edges->items[i];
        if (*edge->tool && strncmp(edge->tool, tool, sizeof(edge->tool) - 1) != 0)
            continue;
        if (!*edge->tool) {
            (void)text_copy(edge->tool, sizeof(edge->tool), tool);
            edge->life_no = RECORD_UNKNOWN;
            edge->offset_um = NAN;
        }
        return edge;
    }
    return NULL;
}

void edges_change(struct edges *edges, const char *tool)
{
    struct edge *edge = edges_of(edges, tool);

    /* Told twice, by a person and by what the tool analytics saw, it is still one. */
    if (!edge || (edge->number && edge->since >= edges->parts))
        return;
    edge->since = edges->parts;
    edge->number = ++edges->changes;
}

void edges_hear(struct edges *edges, const struct tool_record *record)
{
    struct edge *edge = edges_of(edges, record->tool);

    if (!edge || record->life_no == RECORD_UNKNOWN)
        return;
    if (edge->life_no != RECORD_UNKNOWN && record->life_no > edge->life_no)
        edges_change(edges, record->tool);
    edge->life_no = record->life_no;
}
