/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running or not from the spindle alone: domain.md 1.2, source 4. Between execution.c and
 * execution_spindle.c only. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/execution.h"

/* Believes a candidate of a poorer source when its time has come; by execution.c. */
void execution_settle(struct execution_state *state, const struct cycle_options *options,
                      struct candidate *candidate, enum seg_source source, int64_t now_ns,
                      struct execution_edges *edges);

void spindle_hear(struct execution_state *state, const struct cycle_options *options,
                  const struct sample *sample, struct execution_edges *edges);

/* Time passed: a start is proven, or values have stopped to come. */
void spindle_settle(struct execution_state *state, const struct cycle_options *options,
                    int64_t now_ns, struct execution_edges *edges);
void spindle_fall_silent(struct execution_state *state,
                         const struct cycle_options *options, struct moment now,
                         struct execution_edges *edges);
