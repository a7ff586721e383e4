/* SPDX-License-Identifier: Apache-2.0 */
/* What stories about tools are made of: cuts, measurements, changes. */
#pragma once

#include "tests/unit/support/story.h"

struct tool_cut {
    const char *tool;
    double speed; /* 1/min */
    double load;  /* above the air's 8 % */
    int breaks_s; /* after so many seconds of the cut it cuts no more; 0 = it does not */
    bool is_told; /* a bit says when it cuts: the control, not the load, decides */
};

/* One cycle of 60 s with 50 s of cutting. */
void tool_story_cut(struct story *story, double at, const struct tool_cut *cut);

void tool_story_measure(struct story *story, double at, const char *tool,
                        const char *feature, double value);
void tool_story_change(struct story *story, double at, const char *tool, const char *why);

/* The newest record of any tool, and of one; NULL = none. */
const struct tool_record *tool_story_last(const struct story *story);
const struct tool_record *tool_story_last_of(const struct story *story, const char *tool);
