/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each program from its cycles, and the kind of a cycle: domain.md 1.3.
 * Pure.
 */
#pragma once

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/cycle/motion.h"
#include "daemon/model/record.h"

#define PROGRAMS_KEPT 16

struct program_habits {
    uint32_t id;             /* hash of the name, 0 = free */
    int64_t used;            /* when, as a count: the oldest makes room */
    int64_t cycles, stopped; /* complete ones; with an optional or program stop */
    double seconds, energy;  /* running means of complete cycles */
    int64_t last_line;       /* the highest it reached; 0 = not known */
    int64_t ends;            /* cycles in a row that reached it or came near */
    int64_t short_line;      /* another end, and how often it was so in a row */
    int64_t short_runs;
};

struct programs {
    struct program_habits kept[PROGRAMS_KEPT];
    int64_t uses;
};

/* Stable over restarts and machines. */
uint32_t program_id(const char *program);

struct program_habits *programs_find(struct programs *programs, const char *program);

/* Are optional and program stops part of this program? */
bool programs_plan_stops(struct programs *programs, const char *program);

/*
 * Did the run that stopped at `line`, its highest, reach the end of the program? Learned
 * from the runs before; three runs that end alike elsewhere are an edited program.
 */
bool programs_reach_end(struct programs *programs, const struct cycle_options *options,
                        const char *program, int64_t line);

/*
 * Does `line` lie beyond where the only cycle ended from which the program's end is
 * known? Then that one was given up, and what was learned of it is forgotten.
 */
bool programs_outreach(struct programs *programs, const struct cycle_options *options,
                       const char *program, int64_t line);

/* Do an aborted run and what followed make up one usual run: was it resumed? */
bool programs_is_rest(struct programs *programs, const struct cycle_record *aborted,
                      const struct cycle_record *rest);

struct kind_facts {
    const char *program, *comment, *lot;
    bool single_block, axis_lock, dry_run;
    bool is_tail; /* boundary partcount: what is left after the last counted part */
    double trial_share, slow_share; /* of running time */
    double energy;                  /* of the spindle while cutting; NAN = not known */
};

enum cycle_kind programs_judge(struct programs *programs,
                               const struct cycle_options *options,
                               const struct cycle_record *cycle,
                               const struct kind_facts *facts);

/* After the kind is known: remembers a complete production cycle. */
void programs_learn(struct programs *programs, const struct cycle_record *cycle,
                    const struct kind_facts *facts, bool stopped);
