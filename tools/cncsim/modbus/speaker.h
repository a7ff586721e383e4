/* SPDX-License-Identifier: Apache-2.0 */
/* Says what a fault has made of answers, in order and in its own time. Loop thread. */
#pragma once

#include "tools/cncsim/modbus/fault.h"

#include <uv.h>

#define SPEAKER_QUEUE 8

struct speaker {
    uv_timer_t timer;
    struct delivery queue[SPEAKER_QUEUE];
    size_t first, count;
    size_t said;  /* bytes of the first */
    bool started; /* the first one's delay is over */
    void *owner;
    void (*say)(void *owner, const unsigned char *bytes, size_t length);
    void (*hang_up)(void *owner, int64_t deaf_ns); /* NULL: nothing says `closes` */
};

void speaker_init(struct speaker *speaker, uv_loop_t *loop, void *owner);

/* Copies; a full queue loses the newest. hang_up() may be called from inside. */
void speaker_add(struct speaker *speaker, const struct delivery *delivery);
