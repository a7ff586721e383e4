/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments wait for their cycle, which says what they are worth. Pure; no pointers;
 * zeroed memory holds none.
 */
#pragma once

#include "daemon/analytics/quality/eligible.h"

#define HELD_MAX      64
#define HELD_TOOL_MAX 32
#define METRIC_MAX    48 /* "seg.12.0.energy" */

struct held_segment {
    int64_t path, cycle_no, wall_ns, seg;
    char tool[HELD_TOOL_MAX];
    double values[SEGMENT_METRICS];
};

struct held_segments {
    uint32_t count;
    struct held_segment items[HELD_MAX];
};

/* Only a segment of good quality is held. */
void held_segments_add(struct held_segments *held, const struct record *record);

/*
 * Those of this cycle, in their order; older ones of its path are dropped with them.
 * Returns how many there are.
 */
size_t held_segments_take(struct held_segments *held, const struct record *cycle,
                          struct held_segment ret_taken[HELD_MAX]);

/* "seg.TOOL.VISIT.METRIC" */
void held_segment_name(const struct held_segment *segment, size_t metric,
                       char ret_name[METRIC_MAX]);
