/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to hear each sample of a machine as it comes: `spindlectl record`. Loop
 * thread.
 */
#pragma once

#include "daemon/model/sample.h"

/* Embedded in its owner; must leave before it goes. */
struct listener {
    void *owner;
    void (*on_sample)(void *owner, const struct sample *sample);

    /* The machine goes, and has forgotten the listener. */
    void (*on_gone)(void *owner);
    struct listener *next;
};

struct audience {
    struct listener *first;
};

void audience_join(struct audience *audience, struct listener *listener);
void audience_leave(struct audience *audience, struct listener *listener);
void audience_tell(const struct audience *audience, const struct sample *sample);
void audience_dismiss(struct audience *audience);
