/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All charts of a machine: one for each metric of each thing it makes, with its pilot's
 * values, its baseline and its monitor. Pure after creation; all memory is inside.
 *
 * A chart is never adapted: values are learned in the pilot until it is frozen, and then
 * only judged, until a new pilot begins.
 */
#pragma once

#include "daemon/analytics/quality/held_segments.h"
#include "daemon/analytics/quality/monitor.h"
#include "daemon/base/text.h"

#define CHARTS_MAX   256
#define PILOTS_MAX   96 /* charts that can learn at once */
#define CHART_METRIC METRIC_MAX
#define CHART_RECENT 100 /* cycles of production compared with the pilot */
#define CHART_FIRST  30  /* and at first */

struct chart {
    uint64_t context; /* hash of path, program, part, op, revision; 0 = free */
    uint64_t part;    /* hash of part and op */
    char metric[CHART_METRIC];
    bool is_frozen, was_judged, told_short;
    int32_t pilot; /* index into pilots; -1 = none */
    uint32_t pilot_count;
    int64_t used_ns; /* wall */
    struct baseline baseline;
    struct monitor monitor;
    float recent[CHART_RECENT]; /* production values, ring */
    uint32_t recent_count;
};

struct chart_table {
    struct chart charts[CHARTS_MAX];
    float pilots[PILOTS_MAX][PILOT_MAX];
    bool pilot_taken[PILOTS_MAX];
    bool is_full; /* somebody was told that there are no more charts */
};

/* The chart; NULL when there is none. */
struct chart *chart_table_find(struct chart_table *table, uint64_t context,
                               const char *metric);

/* A new one; NULL when there is no place. */
struct chart *chart_table_make(struct chart_table *table, uint64_t context, uint64_t part,
                               const char *metric);

/* The how-manieth chart that is in use; NULL behind the last. */
struct chart *chart_table_next(struct chart_table *table, const struct chart *after);

/* Keeps a value of the pilot, which is as coarse as `resolution` (1 sigma); the first
 * PILOT_MAX count. Returns false without place. */
bool chart_learn(struct chart_table *table, struct chart *chart, double value,
                 double resolution);

/* A new pilot: what was learned counts no more once the next freeze comes. */
void chart_relearn(struct chart *chart);

/* Makes the baseline of the pilot; false when there are fewer than `least` values. */
bool chart_freeze(struct chart_table *table, struct chart *chart, int64_t least,
                  int64_t now_ns);

void chart_table_save(const struct chart_table *table, struct text *text);

/* Reads what any version has written, as far as it is understood. Returns 0 or -EPROTO.
 */
int chart_table_restore(struct chart_table *table, const char *bytes, size_t length);
