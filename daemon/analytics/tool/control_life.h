/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tool's life as the control counts it, with the ways real controls bend it: domain.md
 * 3.1. Pure; no pointers.
 */
#pragma once

#include "daemon/model/code.h"
#include "daemon/model/sample.h"

struct control_life {
    bool is_known;
    bool is_wear;                  /* counted in wear, of any unit: percent, 0 to 1, mm */
    enum life_unit unit;           /* otherwise */
    double used, limit, remaining; /* NAN = the control does not say */
    bool is_expired, is_broken, is_new;
    bool is_mapped; /* its limit stood where the book has none */
    char asset[64];
};

/* What the control says now. */
void control_life_read(const struct tool_life *life, struct control_life *ret_life);

/*
 * How strongly it says that the edge is another one than before, 0 to 1 and more: another
 * asset, a status of NEW, a counter that stepped back.
 */
double control_life_evidence(const struct control_life *before,
                             const struct control_life *now);
