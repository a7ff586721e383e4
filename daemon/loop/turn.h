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

/* Has it been long enough, 3 ms, since this was first asked in this turn? */
bool turn_is_long(struct turn *turn, const uv_loop_t *loop);
