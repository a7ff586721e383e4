/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long work on the loop thread, a little in each turn, so that sockets are served in
 * between. Loop thread.
 */
#pragma once

#include "daemon/loop/turn.h"

struct slices {
    uv_timer_t timer;
    struct turn turn;
    void *owner;
    bool (*step)(void *owner); /* one small piece; false when there is none left */
    void (*closed)(void *owner);
};

void slices_init(struct slices *slices, uv_loop_t *loop, void *owner,
                 bool (*step)(void *owner));

/* There is work: does some of it now, the rest in the turns that follow. */
void slices_work(struct slices *slices);

/* As slices_work(), but does nothing in this turn: for callers that step() calls. */
void slices_wake(struct slices *slices);

/* Does no more; `closed` comes later, then the memory is the owner's again. */
void slices_close(struct slices *slices, void (*closed)(void *owner));
