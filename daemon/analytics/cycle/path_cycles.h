/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine of domain.md 1.3 for one path: what begins, interrupts and ends a
 * cycle, and which parts are whose. Pure; the state has no pointers.
 */
#pragma once

#include "daemon/analytics/cycle/counter.h"
#include "daemon/analytics/cycle/execution.h"
#include "daemon/analytics/cycle/levels.h"
#include "daemon/analytics/cycle/loop_marks.h"
#include "daemon/analytics/cycle/motion.h"
#include "daemon/analytics/cycle/programs.h"
#include "daemon/analytics/cycle/segments.h"
#include "daemon/analytics/cycle/stops.h"

#define RECENT 31 /* cycles and counts from which habits are learned */

enum phase {
    PHASE_UNKNOWN, /* nothing heard, or nothing since the link was lost */
    PHASE_BETWEEN,
    PHASE_IN_CYCLE, /* running or paused: the execution says which */
    PHASE_PENDING,  /* ended; the counter may still have a say */
};

enum ending {
    ENDING_DONE,
    ENDING_IDLE,
    ENDING_ABORT,
    ENDING_COUNT,
};

struct open_cycle {
    struct moment start;
    double variance_s2; /* of the start */
    int64_t flags, no, parts;
    int64_t spent[EXECUTION_UNAVAIL + 1]; /* ns in each execution */
    struct motion_totals run;             /* while running, up to `since` */
    struct motion_totals run_from;        /* at `since` */
    int64_t timer_from, energy_from;
    struct pause gap;
    bool has_previous; /* the end of the cycle before is known */
    struct moment previous_end;
    bool single_block, dry_run, axis_lock, stopped;
    struct moment counted_at; /* the last part of it */
    bool was_counted;
    int64_t top_line;                   /* the highest reached */
    char main_program[RECORD_TEXT_MAX]; /* that ran for most of it, by a majority vote */
    int64_t main_ns;
    struct moment program_at; /* up to here its program has voted */
    char pallet[RECORD_NAME_MAX];
};

struct boundary_vote {
    bool is_learned, is_partcount, waits;
    int votes, counts;
    struct moment counted_at;
    int64_t interval_ns;
};

struct path_cycles {
    struct levels levels;
    struct motion motion;
    struct segments segments;
    struct stops stops;
    struct counter counter;
    struct poll_slot counter_slot, tool_slot, line_slot;
    struct programs programs;

    enum phase phase;
    bool is_begun; /* before that all is zero, and takes no memory */
    bool is_probing, is_auxiliary, is_tail, has_done;
    struct moment gap_seen; /* up to here the gap's facts are accounted for */
    enum execution execution;
    enum seg_source source;
    bool has_execution;
    struct moment since; /* of the execution */
    struct moment first; /* anything heard at all */
    bool has_first;
    enum execution before_loss; /* what it was when the data stopped */
    bool is_lost;               /* the counter has not been read since the data stopped */
    struct moment lost_at, back_at; /* data stopped, and came again */
    bool lost_in_gap;               /* since the last cycle began */
    bool is_missing;
    struct moment missed_at; /* the newest value that did not come */
    bool turns_program;
    struct moment turned_at; /* another program is shown since then */
    char next_program[RECORD_TEXT_MAX];

    struct open_cycle cycle;
    struct record pending; /* a cycle that waits for its part */
    enum ending pending_ending;
    bool pending_was_held; /* it ended out of a hold: somebody gave it up */
    struct moment ended;   /* of the last cycle, or manual run */
    int64_t deadline_ns;
    bool has_ended;

    struct record last; /* the last one emitted, for corrections */
    bool has_last;
    bool last_is_assumed; /* its parts were not counted by the machine */
    struct moment last_end;
    bool counter_moves; /* it was seen to count: one that never does says nothing */
    uint32_t uncounted; /* complete cycles while it has not moved */
    int64_t batch;      /* what it gave the newest cycle, and how often in a row */
    uint32_t batches;

    int64_t cycle_no;                         /* of the newest */
    int64_t setup_left, tool_left, cold_left; /* cycles still to be marked */
    double cycle_seconds[RECENT], lags[RECENT];
    uint32_t cycle_seconds_count, lags_count;
    double grace_s; /* learned; 0 = not yet */
    struct boundary_vote boundary;
    struct loop loop;
    int64_t unattributed;     /* parts that belong to no cycle we saw */
    struct moment counted_at; /* counter only: the last part */
    bool was_counted;
    bool tool_changed;
    char ended_program[RECORD_TEXT_MAX];
};

struct path_site {
    const struct cycle_options *options;
    int64_t parts_per_cycle;
    struct outlet outlet;
};

/* Before the first sample; afterwards nothing. */
void path_cycles_begin(struct path_cycles *path);

/* What one sample or the passing of time means. Times never fall. */
void path_cycles_edge(struct path_cycles *path, const struct path_site *site,
                      const struct execution_edge *given);
void path_cycles_observe(struct path_cycles *path, const struct path_site *site,
                         const struct sample *sample);
void path_cycles_advance(struct path_cycles *path, const struct path_site *site,
                         struct moment now);

/* The control was reset, or the emergency stop pushed. */
void path_cycles_abort(struct path_cycles *path, const struct path_site *site,
                       struct moment at);

/* Observations were lost; the source's clock cannot be right; the tool was changed. */
void path_cycles_mark(struct path_cycles *path, struct moment at, int64_t flags);
void path_cycles_changed_tool(struct path_cycles *path);
void path_cycles_set_up(struct path_cycles *path);
