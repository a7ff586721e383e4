/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine is making, as people said it or as the program tells: the context of
 * every record, the run records, and the rules of stages (domain.md 0.3). Pure; the
 * state has no pointers.
 */
#pragma once

#include "daemon/analytics/cycle/outlet.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/tracker.h"

#define JOB_PATHS 4

struct job_cycle {
    int64_t cycle_no, parts;
};

/* A run as its records tell it. A run that goes from stage to stage has a point for each,
 * for the stage is a tag: each of them counts the parts of the whole run. */
struct job_run {
    struct context context; /* as it was last; run_seq tells which run it is */
    struct moment started;  /* the run */
    struct moment entered;  /* the stage it is in, or was in last */
    double ended;           /* seconds UTC; NAN = not yet */
    char run_id[RECORD_NAME_MAX];
    char program[RECORD_TEXT_MAX];
    int64_t target, parts, good;
};

struct job {
    struct context context;
    bool is_running;               /* a run was started and not stopped */
    bool is_mapped;                /* part and op come from the program */
    char program[RECORD_TEXT_MAX]; /* the newest, for the run's record */
    struct job_run run;            /* the newest */
    struct job_run before;         /* the one before it: its last cycle may come late */
    struct job_cycle newest[JOB_PATHS]; /* the cycle counted last on each path */
};

void job_init(struct job *job);

/* People said something: context, run records, events. */
void job_tell(struct job *job, const struct tracker_options *options,
              const struct statement *statement, const struct outlet *outlet);

/* Without a run the program says which part it is. */
void job_hear_program(struct job *job, const struct tracker_options *options,
                      const char *program);

/* A cycle record passes: counts its parts in its run, which may have stopped since, tells
 * the run again and advises at a band's edge. */
void job_count(struct job *job, const struct tracker_options *options,
               const struct record *cycle, const struct record_sink *out);

/* The options of the part in work; NULL when there are none. */
const struct part_options *job_part(const struct job *job,
                                    const struct tracker_options *options);

/*
 * May a machine go from stage `from` to `to`? One step forward, or any step back (a
 * change of design, machine, supplier, fixture or program). Staying is allowed.
 */
bool stage_may_follow(enum stage from, enum stage to);

/* The quantity at which a stage usually ends; 0 for the last. */
int64_t stage_band_end(enum stage stage);
