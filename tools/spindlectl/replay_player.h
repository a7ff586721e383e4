/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays recordings to one machine's tracker in virtual time, as the daemon would: samples
 * in the order of their moments, a tick each second between them. Deterministic.
 */
#pragma once

#include "daemon/analytics/tracker.h"
#include "tools/spindlectl/replay_input.h"

struct player {
    struct tracker *tracker;
    const struct record_sink *out;
    struct statement *run; /* told at the first moment; NULL = none */
    bool has_begun;
    struct moment now; /* of the newest sample */
    int64_t tick_ns;   /* monotonic: the next tick */
    int64_t samples;
};

/* Plays all inputs, merged by time; equal times in the order of the inputs. */
void player_play(struct player *player, struct input **inputs, size_t count);

/* Lets what is pending come to its end: grace times, last states. */
void player_finish(struct player *player);
