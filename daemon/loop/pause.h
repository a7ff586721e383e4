/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the loop was away from its descriptors: the longest turn between two polls.
 * What blocks the loop shows here. Wall time says what a machine noticed of it, CPU time
 * how much of it was our own work and not that of others on the same core. Loop thread.
 */
#pragma once

#include <stdint.h>
#include <uv.h>

struct pause_turn {
    int64_t wall_ns;
    int64_t cpu_ns; /* of the loop's thread */
};

struct pause {
    uv_prepare_t prepare;
    struct pause_turn since;   /* the clocks when this turn began */
    int64_t slept_ns;          /* in all, until then */
    struct pause_turn longest; /* since the last pause_take(), each for itself */
};

void pause_init(struct pause *pause, uv_loop_t *loop);

/* The longest turn since the last call, and begins anew. The two need not be of the same
 * turn. Turns of 5 ms and more are told in the log at level debug. */
struct pause_turn pause_take(struct pause *pause);

/* The owner keeps the memory until the handle has closed. */
void pause_close(struct pause *pause);
