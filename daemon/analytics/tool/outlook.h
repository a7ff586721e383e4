/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an edge will last, from the best that is known about it: measured wear, wear
 * read from calibrated loads, the load index over past lives, the lives alone, the
 * control's counter, the configured limit. Where nothing can say it, "unknown". Pure.
 */
#pragma once

#include "daemon/analytics/tool/edge.h"
#include "daemon/analytics/tool/tool_options.h"

struct tool_outlook {
    enum tool_source source;
    double remaining; /* of the limit or control, else the median; NAN = unknown */
    bool has_quantiles;
    struct life_outlook left;
    double replace_at; /* age at which replacing is cheapest, or 5 % have failed */
};

/* Wear in mm as it is now, and its standard error; NAN when nobody can say. */
double outlook_wear(const struct edge *edge, const struct tool_memory *memory,
                    double *ret_u_mm);

/* After a new measurement, or a new estimate of wear from loads. */
void outlook_fit(struct edge *edge, const struct tool_memory *memory,
                 const struct tool_setting *setting, double wear_limit_mm);

/* After every cycle: the index against past lives. */
void outlook_learn(struct edge *edge, const struct tool_memory *memory,
                   const struct tool_setting *setting);

/* After every cycle: the control's count of wear, if it has one. */
void outlook_count(struct edge *edge, const struct tool_setting *setting);

/* `wear_limit_mm` NAN = none. */
void outlook_make(const struct edge *edge, const struct tool_memory *memory,
                  const struct tool_setting *setting, double wear_limit_mm,
                  struct tool_outlook *ret_outlook);
