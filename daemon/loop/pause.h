/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the loop was away from its descriptors: the longest turn between two polls.
 * What blocks the loop shows here. Loop thread.
 */
#pragma once

#include <stdint.h>
#include <uv.h>

struct pause {
    uv_prepare_t prepare;
    uv_check_t check;
    uint64_t woken_ns;
    int64_t longest_ns; /* since the last pause_take() */
    int64_t ever_ns;
};

void pause_init(struct pause *pause, uv_loop_t *loop);

/* The longest turn since the last call, and begins anew. */
int64_t pause_take(struct pause *pause);

/* The owner keeps the memory until both handles have closed. */
void pause_close(struct pause *pause);
