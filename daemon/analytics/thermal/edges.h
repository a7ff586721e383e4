/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many parts each tool's edge has made, by parts counted and changes told. Pure; no
 * pointers.
 */
#pragma once

#include "daemon/model/record.h"

enum {
    EDGE_COUNT = 64
};

struct edge {
    char tool[RECORD_NAME_MAX]; /* "" = free */
    double since;               /* parts of the machine when it was changed */
    int64_t number;             /* of changes of any tool, so that it only grows */
    int64_t life_no;            /* as the tool analytics say; RECORD_UNKNOWN = not */
    double offset_um;           /* wear offset of the control; NAN = never heard */
};

struct edges {
    struct edge items[EDGE_COUNT];
    double parts;
    int64_t changes;
};

/* The edge of this tool, made when there is room; NULL otherwise. */
struct edge *edges_of(struct edges *edges, const char *tool);
const struct edge *edges_find(const struct edges *edges, const char *tool);

void edges_change(struct edges *edges, const char *tool);

/* A tool record: another life is another edge. */
void edges_hear(struct edges *edges, const struct tool_record *record);
