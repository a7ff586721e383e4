/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cycles say how the process is, and the numbers of a cycle that are charted
 * (domain.md 2.1). Pure.
 */
#pragma once

#include "daemon/model/record.h"

#define CYCLE_METRICS   4
#define SEGMENT_METRICS 5

extern const char *const cycle_metric_names[CYCLE_METRICS];
extern const char *const segment_metric_names[SEGMENT_METRICS];

/* Production, complete, undisturbed, at 100 % override, not among the first. */
bool cycle_is_eligible(const struct record *cycle);

/* NAN = not known of this one. `longest_gap` in seconds: longer ones are stops. */
void cycle_metrics(const struct cycle_record *cycle, double longest_gap,
                   double ret_values[CYCLE_METRICS]);
void segment_metrics(const struct segment_record *segment,
                     double ret_values[SEGMENT_METRICS]);

/* What is made, by which program, on which path; never 0. */
uint64_t context_hash(const struct record *record);
uint64_t part_hash(const struct context *context);
