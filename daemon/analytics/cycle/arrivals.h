/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What arrives at a machine's cycle analytics: which samples matter, and when they really
 * were. Pure.
 */
#pragma once

#include "daemon/model/sample.h"

struct arrivals {
    int64_t newest_ns; /* of the samples that cycles are made of */
    int64_t offset_ns; /* wall - monotonic of what came in time */
    int64_t late_mono_ns;
    bool is_late; /* the sample before was, and had this moment */
    bool has_newest;
};

/*
 * Adapters give the values of one moment in any order, each with its stamp, and the
 * timeline lets no moment fall behind the newest. The stamp still tells how late the
 * value was: an edge is dated when it was. When all that follows is as late, the wall
 * clock was set. What is too late counts as now.
 */
void arrivals_place(struct arrivals *arrivals, struct sample *sample);

/*
 * What to add to monotonic time after a restart: a reboot gives it another start, and
 * what is remembered, newest of it `seen`, goes on in its own. 0 when it is the same
 * time.
 */
int64_t arrivals_shift_ns(struct moment seen, struct moment at);

/* Signals of the whole machine, which every path must know of. */
bool arrivals_is_shared(enum signal signal);

/* What cycles are not made of: it may be old, and costs nothing. */
bool arrivals_is_of_use(enum signal signal);
