/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes moments of the stamps a device puts on what it says. Pure.
 *
 * The stamps are the time: a duration is the difference of two stamps, and the wall time
 * of a moment is its stamp. Live, the device's clock is laid beside ours by one number,
 * the base, which is zero while that fits: it moves only when the device is ahead of us,
 * which nothing but its clock explains, or was set back. Each move is flagged. A clock
 * that has not once in a minute been less than half a second behind keeps its stamps, and
 * our moments are moved beside them by the lead. In a recording nothing is beside it.
 *
 * Stamps that keep to another day (a recording that is played to us, a clock that was
 * never set) are of a clock of their own, which nothing is beside: it runs at its own
 * pace, and the machine's time with it. Our moments are then moved into it by the lead.
 * So are those of a clock that gains on ours again and again: a simulation that runs
 * fast.
 *
 * Adapters mix their stamps a little: within 5 s a stamp is believed even when a later
 * one came before it. What is farther behind is placed at the newest moment; a clock that
 * jumps is flagged and makes no duration (architecture.md 6, mtconnect.md 7).
 */
#pragma once

#include "daemon/base/moment.h"

#include <stdbool.h>

struct timeline {
    bool is_replay;
    bool has_stamp;
    int64_t stamp_ns;   /* newest believed stamp */
    int64_t mono_ns;    /* newest moment given; never falls */
    int64_t shift_ns;   /* replay: mono = stamp + shift */
    int64_t doubted_ns; /* replay, foreign: last stamp that did not fit; live: since when
                           none does */
    int64_t doubted_stamp_ns; /* live: the last one */
    bool has_doubt;
    int64_t base_ns;   /* live: mono = stamp + base; in the machine's time */
    int64_t least_ns;  /* live: smallest receipt - stamp of this window */
    int64_t offset_ns; /* live: of the last whole window, or of this one until then */
    bool has_offset, has_window;
    int64_t window_ns;    /* monotonic start of this window */
    int64_t lead_ns;      /* the machine's time - ours; live: 0 unless it was foreign */
    int64_t lead_wall_ns; /* replay: that of the stamps */
    bool is_foreign;      /* live: the stamps are of another day */
    bool is_fast;         /* live: a clock that gains without end, foreign for good */
    int gains;            /* one soon after the other, and the most it was ever ahead */
    int64_t gained_ns, most_ahead_ns;
    bool is_visited; /* foreign: the last stamp was of our time, and since when */
    int64_t visited_ns;
    int64_t jumps;   /* how often the clock jumped */
    bool is_resumed; /* goes on from before a restart, and nothing new has come yet */
};

/* What place() thinks of a stamp. */
struct placement {
    struct moment at;
    bool is_suspect; /* the stamp ran backwards or jumped: SAMPLE_CLOCK */
    bool is_jump;    /* durations from before to after it are doubtful: SAMPLE_JUMP */
};

void timeline_init(struct timeline *timeline, bool is_replay);

/*
 * `stamp_ns` is the device's own time, UTC as it claims; `received` gives only the lead
 * in replay. Snapshot values are old by nature: give `is_news` false, they are placed at
 * `received` (in replay: at the newest moment) and teach nothing about the clock.
 */
struct placement timeline_place(struct timeline *timeline, int64_t stamp_ns,
                                struct moment received, bool is_news);

/* The machine's time minus ours, on both clocks; zero while its stamps are of our day. */
struct moment timeline_lead(const struct timeline *timeline);

/* Our moment in the machine's time: for what we notice ourselves, and for ticks. */
struct moment timeline_now(const struct timeline *timeline, struct moment now);

/* What is kept across a restart, so that what was said meanwhile gets its own moments. */
struct timeline_memory {
    int64_t offset_ns; /* receipt - stamp */
    int64_t wall_ns;   /* of the newest moment given */
    int64_t lead_ns;   /* the machine's time - ours */
};

/* False when nothing is known yet. */
bool timeline_remember(const struct timeline *timeline, struct moment now,
                       struct timeline_memory *ret_memory);

/* Live, before the first stamp. Snapshot values are then placed where it left off. */
void timeline_resume(struct timeline *timeline, const struct timeline_memory *memory,
                     struct moment now);

/* Receipt - stamp of the device, seconds; NAN when not known yet. */
double timeline_offset(const struct timeline *timeline);

/*
 * Is the offset the error of a time zone: a multiple of 15 minutes, at least one of them,
 * within 10 s? Returns the minutes, 0 when it is not. Only reported, never corrected.
 */
int timeline_zone_error(const struct timeline *timeline);
