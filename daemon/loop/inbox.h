/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work for another thread: a list in order, bounded, with a wait that can time out. The
 * way back is a mailbox. Any thread may put; one thread takes. Items are pointers that
 * change owner.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct inbox_item {
    struct inbox_item *next;
    size_t size;  /* what it counts against max_bytes */
    size_t apart; /* what it counts otherwise, against nothing here */
};

struct inbox {
    uv_mutex_t lock;
    uv_cond_t news;
    struct inbox_item *first, *last;
    size_t count, bytes, apart;
    bool is_closed;
};

int inbox_init(struct inbox *inbox);

/* Nobody waits in it and it is empty. */
void inbox_done(struct inbox *inbox);

/* Takes the item; returns 0, or -ENOBUFS when more than `max_bytes` would wait. */
int inbox_put(struct inbox *inbox, struct inbox_item *item, size_t max_bytes);

/* Nothing will be put any more; who waits is woken. */
void inbox_close(struct inbox *inbox);

/*
 * The next item, or NULL after `wait_ns` without one, or at once when the inbox is closed
 * and empty (`ret_is_closed`).
 */
struct inbox_item *inbox_take(struct inbox *inbox, int64_t wait_ns, bool *ret_is_closed);

/* Waits `wait_ns`, or less when it is closed meanwhile; returns whether it is closed. */
bool inbox_wait_closed(struct inbox *inbox, int64_t wait_ns);

size_t inbox_count(struct inbox *inbox);
size_t inbox_bytes(struct inbox *inbox);
size_t inbox_apart(struct inbox *inbox);
