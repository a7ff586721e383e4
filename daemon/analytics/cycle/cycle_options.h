/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one machine's cycles are told apart (`cycle:`). Every row has a default that suits
 * most machines; an empty section works. Constant after loading. Durations are ns.
 */
#pragma once

#include "daemon/base/option.h"

enum cycle_boundary {
    BOUNDARY_AUTO,      /* learned from the first five counts */
    BOUNDARY_EXECUTION, /* a cycle ends when the program does */
    BOUNDARY_PARTCOUNT, /* a cycle ends when the counter moves: bar lathes, M99 loops */
};

enum cycle_end_rule {
    END_RULE_AUTO, /* idle when the machine has neither "done" nor a counter */
    END_RULE_DONE, /* only "program completed" or a counted part completes a cycle */
    END_RULE_IDLE, /* a program that stops running was completed */
};

enum cycle_source {
    SOURCE_AUTO, /* the best there is, domain.md 1.2 */
    SOURCE_EXECUTION,
    SOURCE_CYCLE_BIT,
    SOURCE_COUNTER,
    SOURCE_STACK_LIGHT,
    SOURCE_SPINDLE,
};

enum cycle_pallet_change {
    PALLET_CHANGE_INTERNAL, /* its time is `aux` of the running cycle */
    PALLET_CHANGE_BOUNDARY, /* it ends the running cycle */
};

enum cycle_paths {
    PATHS_UNION, /* one cycle a machine: from the first path's start to the last's end */
    PATHS_SEPARATE, /* one cycle a path */
};

struct cycle_options {
    unsigned boundary; /* enum cycle_boundary */
    int64_t parts_per_cycle;
    int64_t minor_stop;      /* longer gaps ask for a reason */
    int64_t grace;           /* the counter may lag this much; 0 = learned, from 2 s */
    int64_t shortest;        /* credible cycle; 0 = half the usual one, or 30 s */
    int64_t counter_modulus; /* the counter wraps here; 0 = not known */
    struct option_list warmup_programs, aux_programs, probe_programs; /* of char * */
    struct option_list probe_tools;                                   /* of char * */
    struct option_list probe_lines, aux_lines,
        end_lines;                                   /* of char *, [PROGRAM:]FROM[-TO] */
    struct option_list rework_programs, rework_lots; /* of char * */
    unsigned end_rule;                               /* enum cycle_end_rule */
    unsigned source;                                 /* enum cycle_source */
    unsigned pallet_change;                          /* enum cycle_pallet_change */
    unsigned paths;                                  /* enum cycle_paths */
    int64_t master_path;    /* whose program, counter and tools a union follows */
    int64_t load_threshold; /* longest gap that is loading; 0 = learned */
    int64_t poll;           /* how often the state is polled; 0 = seen in the samples */
    double spindle_on, spindle_off;      /* of the signal used; NAN = learned */
    int64_t spindle_start, spindle_stop; /* how long it must be beyond them */
    double air_load;                     /* %, below which a turning spindle cuts air */
    int64_t flash;                       /* a light that changes faster is flashing */
};

extern const struct section cycle_section;

/* The rows' own defaults, for tests and for machines without the section. */
void cycle_options_init(struct cycle_options *ret_options);

/* Is the line one of those that `lines` (of "[PROGRAM:]FROM[-TO]") name? */
bool cycle_options_cover(const struct option_list *lines, const char *program,
                         int64_t line);

/* Does `name` match one of the patterns? */
bool cycle_options_match(const struct option_list *patterns, const char *name);
