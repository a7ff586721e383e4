/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the shop means to work, as configured (`calendar:`): shifts, breaks, planned
 * stops. Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"

struct break_options {
    int64_t start, end; /* ns since local midnight; end before start: past midnight */
};

struct shift_options {
    char *name;
    int64_t start, end;      /* ns since local midnight; end <= start: past midnight */
    struct option_list days; /* of char *: mon … sun, the day it begins; empty = all */
    struct option_list breaks; /* of struct break_options */
};

/* A stop on known dates: maintenance, holidays. */
struct planned_options {
    char *name;
    int64_t start, end; /* wall ns, UTC */
};

struct calendar_options {
    /* A POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3"), so that local time needs no files;
     * config/ makes it of names such as Europe/Berlin. */
    char *time_zone;
    struct option_list shifts;  /* of struct shift_options; empty = always scheduled */
    struct option_list planned; /* of struct planned_options */
};

/* mon … sun, ends with NULL. */
extern const char *const weekday_names[];

extern const struct section calendar_section;
