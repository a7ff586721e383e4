/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of each metric before and after a change. Pure; no pointers; zeroed memory
 * holds nothing.
 */
#pragma once

#include "daemon/analytics/quality/comparison.h"
#include "daemon/analytics/quality/held_segments.h"

#define ECO_SERIES 64
#define ECO_KEPT   50 /* cycles on each side, at most */

struct eco_series {
    uint64_t context; /* of path, part and op; 0 = free */
    char metric[METRIC_MAX];
    float values[ECO_KEPT]; /* ring of the newest; after a change the first */
    uint32_t count;         /* ever pushed; after a change those after it */
    float before[ECO_KEPT];
    uint32_t before_count;
    int64_t used_ns;
    double margin_share; /* of the mean: smaller differences do not matter */
};

struct eco_table {
    struct eco_series items[ECO_SERIES];
};

/* The series of this metric; the one that was idle longest makes room. */
struct eco_series *eco_table_take(struct eco_table *table, uint64_t context,
                                  const char *metric, int64_t now_ns);

/* `is_after`: a change took effect, and only the first values after it count. */
void eco_series_add(struct eco_series *series, double value, bool is_after);

/* A change takes effect: what is known is before it from now on. */
void eco_table_turn(struct eco_table *table);

struct comparison_sample eco_series_before(const struct eco_series *series);
struct comparison_sample eco_series_after(const struct eco_series *series);
