/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the loop has been at this turn's work, so that what takes longer goes on in
 * the next and sockets are served in between. Loop thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct turn {
    uint64_t at_ms, since_ns; /* uv_now() and uv_hrtime() of the first question in it */
};

/* Has it been long enough, 1.5 ms, since this was first asked in this turn? Each who asks
 * has a share of its own: the schedule, sockets, page and slices come to a few ms. */
bool turn_is_long(struct turn *turn, const uv_loop_t *loop);
