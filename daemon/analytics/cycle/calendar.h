/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the calendar says of a time: is the machine meant to work, in which shift, and
 * until when does that hold (domain.md 1.8 rule 1, 1.9). Pure; times are wall ns, UTC;
 * shifts follow local time through daylight saving.
 */
#pragma once

#include "daemon/analytics/cycle/calendar_options.h"
#include "daemon/analytics/cycle/zone.h"

struct calendar {
    const struct calendar_options *options; /* borrowed; NULL = always scheduled, UTC */
    struct zone zone;
};

enum calendar_class {
    CALENDAR_BUSY,    /* scheduled, and no break */
    CALENDAR_PLANNED, /* scheduled, but a break or a planned stop */
    CALENDAR_FREE,    /* no shift */
};

void calendar_init(struct calendar *calendar, const struct calendar_options *options);

/* The class at a time, and a later time up to which it certainly holds. */
enum calendar_class calendar_classify(const struct calendar *calendar, int64_t wall_ns,
                                      int64_t *ret_until_ns);

struct calendar_sum {
    int64_t scheduled_ns; /* POT */
    int64_t busy_ns;      /* PBT */
};

struct calendar_sum calendar_measure(const struct calendar *calendar, int64_t from_ns,
                                     int64_t to_ns);

struct calendar_shift {
    const char *name;
    int64_t from_ns, to_ns;
};

/* The shift at a time; false between shifts, and when none is configured. */
bool calendar_find_shift(const struct calendar *calendar, int64_t wall_ns,
                         struct calendar_shift *ret_shift);

/* The local day around a time. */
struct calendar_shift calendar_find_day(const struct calendar *calendar, int64_t wall_ns,
                                        char ret_name[16]);
