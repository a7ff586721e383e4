/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/mailbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct mailbox {
    struct mailbox_spec spec;
    uv_async_t wake;
    uv_mutex_t lock;
    size_t first, count; /* under the lock */
    bool is_closing;     /* loop thread only, like all below */
    bool is_delivering;
    char *taken; /* the message being delivered, then the ring of those waiting */
    char *ring;
};

static char *slot(struct mailbox *mailbox, size_t position)
{
    return mailbox->ring + position % mailbox->spec.capacity * mailbox->spec.message_size;
}

static bool take(struct mailbox *mailbox)
{
    uv_mutex_lock(&mailbox->lock);
    bool any = mailbox->count > 0;
    if (any) {
        memcpy(mailbox->taken, slot(mailbox, mailbox->first), mailbox->spec.message_size);
        mailbox->first = (mailbox->first + 1) % mailbox->spec.capacity;
        mailbox->count--;
    }
    uv_mutex_unlock(&mailbox->lock);
    return any;
}

/* Returns whether the box is empty. */
static bool deliver(struct mailbox *mailbox, size_t most)
{
    bool is_empty = false;

    mailbox->is_delivering = true;
    while (most > 0 && !is_empty) {
        is_empty = !take(mailbox);
        if (!is_empty)
            mailbox->spec.deliver(mailbox->spec.owner, mailbox->taken);
        most--;
    }
    mailbox->is_delivering = false;
    return is_empty;
}

static void on_closed(uv_handle_t *wake)
{
    struct mailbox *mailbox = wake->data;
    struct mailbox_spec spec = mailbox->spec;

    uv_mutex_destroy(&mailbox->lock);
    free(mailbox->taken);
    free(mailbox);
    if (spec.closed)
        spec.closed(spec.owner);
}

static void finish(struct mailbox *mailbox)
{
    (void)deliver(mailbox, SIZE_MAX);
    uv_close((uv_handle_t *)&mailbox->wake, on_closed);
}

/*
 * libuv may fold many wake-ups into one call, so this empties the box, but no more than
 * one boxful at a time: a busy sender must not keep the loop from its other work.
 */
static void on_wake(uv_async_t *wake)
{
    struct mailbox *mailbox = wake->data;

    if (uv_is_closing((uv_handle_t *)wake))
        return;
    bool is_empty = deliver(mailbox, mailbox->spec.capacity);
    if (mailbox->is_closing)
        finish(mailbox);
    else if (!is_empty)
        (void)uv_async_send(wake);
}

int mailbox_create(uv_loop_t *loop, const struct mailbox_spec *spec,
                   struct mailbox **ret_mailbox)
{
    struct mailbox *mailbox = calloc(1, sizeof(*mailbox));
    int error = -ENOMEM;

    if (!mailbox)
        return error;
    mailbox->spec = *spec;
    mailbox->taken = calloc(spec->capacity + 1, spec->message_size);
    if (!mailbox->taken)
        goto fail;
    mailbox->ring = mailbox->taken + spec->message_size;
    error = uv_mutex_init(&mailbox->lock);
    if (error)
        goto fail;
    error = uv_async_init(loop, &mailbox->wake, on_wake);
    if (error) {
        uv_mutex_destroy(&mailbox->lock);
        goto fail;
    }
    mailbox->wake.data = mailbox;
    *ret_mailbox = mailbox;
    return 0;

fail:
    free(mailbox->taken);
    free(mailbox);
    return error;
}

int mailbox_post(struct mailbox *mailbox, const void *message)
{
    uv_mutex_lock(&mailbox->lock);
    bool full = mailbox->count == mailbox->spec.capacity;
    if (!full) {
        memcpy(slot(mailbox, mailbox->first + mailbox->count), message,
               mailbox->spec.message_size);
        mailbox->count++;
    }
    uv_mutex_unlock(&mailbox->lock);

    return full ? -ENOBUFS : uv_async_send(&mailbox->wake);
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox || mailbox->is_closing)
        return;
    mailbox->is_closing = true;
    if (!mailbox->is_delivering)
        finish(mailbox);
}
