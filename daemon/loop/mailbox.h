/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages from another thread to the loop: bounded, in order, copied.
 *
 * The other thread posts; the loop thread is called once a message, in the order they
 * were posted. Create, close and deliver on the loop thread.
 */
#pragma once

#include <stddef.h>
#include <uv.h>

struct mailbox;

struct mailbox_spec {
    size_t message_size;
    size_t capacity; /* messages; a full box refuses */
    void *owner;

    /* Loop thread. `message` lives during the call. */
    void (*deliver)(void *owner, const void *message);

    /* Loop thread, once, after mailbox_close(): the box has freed itself. May be NULL. */
    void (*closed)(void *owner);
};

int mailbox_create(uv_loop_t *loop, const struct mailbox_spec *spec,
                   struct mailbox **ret_mailbox);

/* Any thread. Copies the message. Returns 0, or -ENOBUFS when the box is full. */
int mailbox_post(struct mailbox *mailbox, const void *message);

/* What is still in it is delivered first. Nobody may post any more. Accepts NULL. */
void mailbox_close(struct mailbox *mailbox);
