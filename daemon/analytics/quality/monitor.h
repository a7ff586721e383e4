/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One metric judged against its baseline: a winsorised two-sided CUSUM in two tiers, an
 * EWMA to look at, the run rules as annotations, and an alarm that stays until somebody
 * has seen it or the process has been quiet again (domain.md 2.5, 2.8). Pure; no
 * pointers; zeroed memory has seen nothing.
 */
#pragma once

#include "daemon/analytics/quality/baseline.h"
#include "daemon/analytics/quality/quality_options.h"
#include "daemon/analytics/statistics/cusum.h"
#include "daemon/analytics/statistics/rules.h"

#define MONITOR_K       0.5
#define MONITOR_EWMA    0.1
#define MONITOR_QUIET   20 /* values in control that end an alarm */
#define MONITOR_WIDENED 7  /* notice limit of a provisional baseline */

enum monitor_tier {
    TIER_NONE,
    TIER_NOTICE,
    TIER_PAGE,
};

struct monitor {
    struct cusum notice, page;
    struct ewma ewma;
    double recent[RULES_LOOK_BACK]; /* z, ring */
    int64_t when_ns[64];            /* wall time of the latest values, ring */
    int64_t count;
    int64_t tier;     /* enum monitor_tier that is latched */
    int64_t since;    /* values since the notice was raised */
    int64_t quiet;    /* values in control since */
    double shift;     /* sigmas of the baseline, at the alarm */
    int64_t onset_ns; /* wall */
};

enum monitor_change {
    MONITOR_SAME,
    MONITOR_RAISED,  /* to `tier` */
    MONITOR_CLEARED, /* in control for 20 values after it was raised */
};

struct finding {
    double z;
    unsigned rules;
    enum monitor_change change;
};

/* A provisional baseline, of fewer than `enough` cycles, gets a wider notice limit. */
struct finding monitor_add(struct monitor *monitor, const struct baseline *baseline,
                           const struct quality_options *options, double value,
                           int64_t wall_ns);

/* Somebody has seen it: the latch opens. Returns whether there was something to see. */
bool monitor_acknowledge(struct monitor *monitor);
