/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is made: limits, features and prices of a part's operation, as configured
 * (`parts:`). Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"

/* What a feature means to the customer (domain.md 5.8, gate criteria G5 and G6). */
enum feature_class {
    FEATURE_OTHER,
    FEATURE_CRITICAL,
    FEATURE_SAFETY,
};

struct feature_options {
    char *name;
    double nominal, lower,
        upper;                /* in `unit`; NAN = none: a one-sided limit, or unknown */
    unsigned class;           /* enum feature_class */
    struct option_list tools; /* of char *: which tools cut it; empty = all */
    char *unit;
    bool artefact; /* probed to see the machine; nothing cuts it */
};

/* Prices; without them the hours model is published (domain.md 7.1). NAN = not given. */
struct cost_options {
    double rate_per_h;            /* machine and operator, attended */
    double unattended_rate_per_h; /* NAN = as attended */
    double programming_rate_per_h, programming_h;
    double material; /* a part */
    double inspection_rate_per_h, inspection_min;
    double energy_per_kwh;
    double carrying_per_year; /* share of a part's cost, domain.md 7.3 */
    double demand_per_year;   /* parts */
    double quote; /* cost of a part against which the index is formed at first */
    char *currency;
};

struct part_options {
    char *part;
    char *op;
    char *revision;
    struct option_list programs; /* of char *: names, * for any run of characters */
    int64_t ideal_cycle;         /* ns; 0 = not given */
    int64_t parts_per_cycle;
    struct option_list features; /* of struct feature_options */
    void *cost;                  /* struct cost_options; NULL = no prices */
};

extern const struct section part_section;
