/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools of a machine as configured (`tools:`): limits of life and wear, types, sister
 * groups, prices. Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"
#include "daemon/model/code.h"

/* "180 parts", "90 min", "400 m", "0.3mm", "300um": an amount of life, or of wear. */
struct life_limit {
    double amount; /* in the unit; NAN = no limit */
    enum life_unit unit;
    double wear_mm; /* NAN = no limit of wear */
};

#define COOLANT_MIN 20.0 /* %, where nothing is configured */
#define CHIPS_MAX   90.0

/* What can end a night. */
enum need {
    NEED_TOOLS,
    NEED_STOCK,
    NEED_COOLANT,
    NEED_CHIPS,
    NEED_DRIFT,
    NEED_COUNT,
};

extern const char *const need_names[NEED_COUNT + 1];

/* Defaults for every tool. */
struct tool_life_options {
    char *limit, *wear_limit; /* NULL = none */
    char *unit;               /* what life is counted in; NULL = as the limit says */
    double act;          /* index at which a tool counts as worn, until lives teach it */
    double taylor;       /* exponent n of Taylor's law until lives teach it */
    double edge_cost;    /* NAN = not given */
    double failure_cost; /* of an edge that fails in use: scrap, crash, stop */
    double change_min;   /* that the machine stands to change an edge; NAN = not given */
};

struct tool_entry {
    char *tool, *type, *group; /* NULL = none */
    char *limit, *wear_limit, *unit;
    double diameter; /* mm; for cutting distance; NAN = not known */
    double taylor;   /* NAN or 0 = as for all */
    double edge_cost, failure_cost, change_min;
};

struct tool_options {
    void *life;               /* struct tool_life_options; NULL = defaults */
    struct option_list list;  /* of struct tool_entry */
    double offset_factor;     /* raw dimension = measured - factor x offset */
    int64_t unattended;       /* ns that the machine shall run alone; 0 = 8 h */
    struct option_list needs; /* of char *: what a night may end by; empty = all */
    double coolant_min;       /* %, at which somebody must come */
    double chips_max;
    double bar_remnant; /* mm that the feeder cannot use */
    bool monitor;       /* tell breakage, missing and wrong tools */
};

extern const struct section tool_section;

/* Reads a limit. Returns 0, or -EINVAL. NULL and "" are no limit. */
int life_limit_read(const char *text, struct life_limit *ret_limit);

/* What is configured for one tool, with the defaults where it says nothing. */
struct tool_setting {
    const char *type;  /* the type's name, else the group's, else the tool's own number */
    const char *group; /* "" = none */
    struct life_limit limit;
    enum life_unit unit;
    bool is_unit_open; /* neither a unit nor a limit says what life is counted in */
    double act, diameter, taylor, edge_cost, failure_cost, change_min;
};

/* `options` may be NULL: nothing is configured. */
void tool_setting_find(const struct tool_options *options, const char *tool,
                       struct tool_setting *ret_setting);
