/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario: which machines there are, what they make, what goes wrong and when. The
 * rows that read it from YAML are in plan.c; docs/cncsim.md is written from them.
 *
 * Durations are nanoseconds; `every` of incidents counts cycles.
 */
#pragma once

#include "daemon/base/option.h"
#include "tools/cncsim/model/fault_plan.h"

enum block_kind {
    BLOCK_CUT,
    BLOCK_PROBE,
    BLOCK_DWELL,
    BLOCK_PALLET,
    BLOCK_PROGRAM_STOP,
    BLOCK_OPTIONAL_STOP,
};

struct block_plan {
    unsigned kind; /* enum block_kind */
    char *tool;    /* NULL = the one in the spindle */
    int64_t cut, rapid, change;
    double load; /* % of rated above air, with a fresh edge */
    double rpm, feed;
};

struct program_plan {
    char *name, *comment;
    struct option_list blocks;
    int64_t parts;    /* a cycle */
    double variation; /* of rapids and tool changes: 0.01 = 1 % */
    bool loop;        /* M99: runs on, the counter is the only boundary (bar lathe) */
    bool warmup;      /* run after a long stop instead of the part's program */
};

struct tool_plan {
    char *tool, *asset, *type;
    double life, spread; /* parts; share */
    double gain;         /* growth of the net load at the end of life */
    int64_t limit;       /* changed after so many parts; 0 = at the end of its life */
};

struct feature_plan {
    char *name, *tool;
    double nominal;
    double wear_um; /* a part on the edge */
    double heat_um; /* at full heat */
    double noise_um;
    double lot_um, fixture_um; /* standard deviations between lots and fixtures */
    int64_t every;             /* measured each so many parts */
};

struct counter_plan {
    int64_t start, modulus; /* modulus 0 = none */
    int64_t lag;            /* after the end; negative = that long before it */
};

enum incident_kind {
    INCIDENT_HOLD,
    INCIDENT_ABORT,
    INCIDENT_EMERGENCY,
    INCIDENT_ALARM,
    INCIDENT_OVERRIDE,
    INCIDENT_MDI,
    INCIDENT_BREAK,
    INCIDENT_RESET_COUNTER,
    INCIDENT_PRESET_COUNTER,
    INCIDENT_TOOL_BREAKS,
    INCIDENT_TOOL_CHANGED,
    INCIDENT_UNPLUGGED,
    INCIDENT_DRY_RUN,
    INCIDENT_LOT,
    INCIDENT_FIXTURE,
    INCIDENT_KIND_COUNT,
};

struct incident_plan {
    unsigned kind;  /* enum incident_kind */
    int64_t at;     /* since the start; used when `every` is 0 */
    int64_t repeat; /* then again each so long; 0 = once */
    double every;   /* on average once in so many cycles; 0 = at a time */
    int64_t lasts;
    double value;
    char *text;
};

struct people_plan {
    int64_t load, spread; /* between cycles: mean and standard deviation */
    int64_t bar_parts, bar_change;
    int64_t pallets;
    int64_t warmup_after; /* a stop longer than this is followed by the warm-up program */
};

struct thermal_plan {
    double ambient, spindle_rise, column_rise;
    int64_t spindle_tau, column_tau;
};

struct modbus_plan {
    int64_t port; /* 0 = the kernel gives one */
    char *serial; /* name of a bus: RTU on a pty instead of TCP */
    int64_t unit, baud, delay;
};

struct agent_plan {
    int64_t port, shdr_port; /* shdr_port -1 = none */
    char *device, *uuid;
    unsigned version; /* index into agent_versions */
    int64_t buffer_size;
    int64_t instance; /* 0 = the start's time in seconds */
    bool serve;
};

struct machine_plan {
    char *name;
    void *modbus, *mtconnect; /* struct modbus_plan, agent_plan; NULL = not spoken */
    struct option_list programs, tools, features, incidents, faults;
    struct counter_plan counter;
    struct people_plan people;
    struct thermal_plan thermal;
    int64_t tick; /* between values of loads and speeds */
    double air_load, rated_watt;
};

struct farm_plan {
    int64_t count, registers, port, delay;
};

struct scenario_plan {
    int64_t seed;
    struct option_list machines;
    void *farm; /* struct farm_plan */
};

extern const char *const block_kinds[], *const incident_kinds[];
extern const char *const agent_versions[];
extern const struct section scenario_section;

/* The i-th item of a list of sections. */
#define PLAN_ITEM(list, type, i) (&((type *)(list).items)[i])
