/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local time from a POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3"): no files, no libc state.
 * Pure. Days are counted from 1970-01-01, local.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* When daylight saving begins or ends in a year. */
struct zone_change {
    char
        form; /* 'M' month, week, weekday; 'J' day 1-365 without 29 February; '0' 0-365 */
    int64_t month, week, day;
    int64_t clock_ns; /* local time of day, may be negative or beyond a day */
};

struct zone {
    int64_t standard_ns, summer_ns; /* east of UTC */
    bool has_summer;
    struct zone_change start, end;
};

/* Returns 0, or -EINVAL and UTC when it is no rule. */
int zone_read(struct zone *zone, const char *rule);

/* East of UTC at that time, ns. */
int64_t zone_offset(const struct zone *zone, int64_t wall_ns);

/* The local day of a time. */
int64_t zone_day(const struct zone *zone, int64_t wall_ns);

/*
 * The time (UTC) at which clocks show `clock_ns` after local midnight of `day`: the first
 * such time when there are two; when there is none, as if clocks had not been moved.
 */
int64_t zone_instant(const struct zone *zone, int64_t day, int64_t clock_ns);

/* 0 = Monday. */
int zone_weekday(int64_t day);

/* "2026-11-22" */
void zone_print_day(int64_t day, char ret_text[16]);
