/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tool cut from when to when in a cycle, and the tool changes between: domain.md
 * 1.7. Pure.
 *
 * A blank tool number is not yet a change: when the same tool comes back it was none. A
 * cycle that begins with an empty spindle begins with the change to its first tool. What
 * was left in the spindle by the cycle before and goes at once is no segment.
 */
#pragma once

#include "daemon/analytics/cycle/outlet.h"

#include <math.h>

#define SEGMENT_TOOLS 64 /* different tools of one cycle whose visits are counted */
#define LOAD_BINS     50 /* of 4 % */

/* What the caller's clocks show at a moment: running totals, only differences count. */
struct segment_clocks {
    int64_t run_ns;       /* running */
    int64_t cut_ns;       /* cutting, by the source in use */
    double gain_ns;       /* override gain */
    double mean, mean_ns; /* of the override: integral and its time */
};

struct segment_visit {
    uint32_t tool;
    int64_t times;
};

struct segments {
    bool is_open, is_blank;
    char tool[RECORD_NAME_MAX];
    struct moment at, blank_at;
    struct segment_clocks from, blank_from;
    double change_before_s;
    int64_t change_ns; /* of the cycle so far, running time only */
    int64_t changes;
    int64_t seg;
    struct segment_visit visits[SEGMENT_TOOLS];
    uint32_t visit_count;

    /* While this tool cut. */
    double energy, load_sum, load_s, load_peak, speed_sum, speed_s;
    double load, speed; /* the newest */
    int64_t sampled_ns;
    float load_bins[LOAD_BINS];        /* seconds */
    double cycle_energy, cycle_load_s; /* of the whole cycle so far */
    bool is_uncertain;
};

/* What every segment of a cycle is told. */
struct segment_cycle {
    struct moment start;
    int64_t cycle_no;
};

/* `is_empty`: the spindle is known to hold no tool; then `tool` was the last one, "" =
 * not known. */
void segments_begin(struct segments *segments, const char *tool, bool is_empty,
                    struct moment at, const struct segment_clocks *clocks);

/* The open segment was none: the spindle was empty since its beginning. */
void segments_empty(struct segments *segments);

/* The tool is now `tool`, "" when the control shows none. */
void segments_tool(struct segments *segments, const struct outlet *outlet,
                   const struct segment_cycle *cycle, const char *tool, struct moment at,
                   const struct segment_clocks *clocks);

/* When the tool, or its absence, began: the next cannot begin before. */
struct moment segments_since(const struct segments *segments);

void segments_end(struct segments *segments, const struct outlet *outlet,
                  const struct segment_cycle *cycle, struct moment at,
                  const struct segment_clocks *clocks);

/* The load since the last call was the one given then; now it is `load`, NAN = unknown.
 * `air` is what the spindle draws without cutting. */
void segments_load(struct segments *segments, int64_t at_ns, double load, double speed,
                   double air, bool is_cutting);
