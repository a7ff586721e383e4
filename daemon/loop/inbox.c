/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/inbox.h"

#include <assert.h>
#include <errno.h>

int inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){0};
    int error = uv_mutex_init(&inbox->lock);
    if (error)
        return error;
    error = uv_cond_init(&inbox->news);
    if (error)
        uv_mutex_destroy(&inbox->lock);
    return error;
}

void inbox_done(struct inbox *inbox)
{
    assert(!inbox->first);
    uv_cond_destroy(&inbox->news);
    uv_mutex_destroy(&inbox->lock);
}

int inbox_put(struct inbox *inbox, struct inbox_item *item, size_t max_bytes)
{
    uv_mutex_lock(&inbox->lock);
    bool is_full = item->size > max_bytes || inbox->bytes > max_bytes - item->size;
    if (!is_full) {
        item->next = NULL;
        if (inbox->last)
            inbox->last->next = item;
        else
            inbox->first = item;
        inbox->last = item;
        inbox->count++;
        inbox->bytes += item->size;
        inbox->apart += item->apart;
        uv_cond_signal(&inbox->news);
    }
    uv_mutex_unlock(&inbox->lock);
    return is_full ? -ENOBUFS : 0;
}

void inbox_close(struct inbox *inbox)
{
    uv_mutex_lock(&inbox->lock);
    inbox->is_closed = true;
    uv_cond_broadcast(&inbox->news);
    uv_mutex_unlock(&inbox->lock);
}

struct inbox_item *inbox_take(struct inbox *inbox, int64_t wait_ns, bool *ret_is_closed)
{
    bool timed_out = wait_ns <= 0;

    uv_mutex_lock(&inbox->lock);
    while (!inbox->first && !inbox->is_closed && !timed_out)
        timed_out = uv_cond_timedwait(&inbox->news, &inbox->lock, (uint64_t)wait_ns) != 0;

    struct inbox_item *item = inbox->first;
    if (item) {
        inbox->first = item->next;
        if (!inbox->first)
            inbox->last = NULL;
        inbox->count--;
        inbox->bytes -= item->size;
        inbox->apart -= item->apart;
    }
    *ret_is_closed = !item && inbox->is_closed;
    uv_mutex_unlock(&inbox->lock);
    return item;
}

bool inbox_wait_closed(struct inbox *inbox, int64_t wait_ns)
{
    uint64_t until = uv_hrtime() + (uint64_t)wait_ns;

    uv_mutex_lock(&inbox->lock);
    for (uint64_t now = uv_hrtime(); !inbox->is_closed && now < until; now = uv_hrtime())
        (void)uv_cond_timedwait(&inbox->news, &inbox->lock, until - now);
    bool is_closed = inbox->is_closed;
    uv_mutex_unlock(&inbox->lock);
    return is_closed;
}

static size_t look(struct inbox *inbox, const size_t *number)
{
    uv_mutex_lock(&inbox->lock);
    size_t seen = *number;
    uv_mutex_unlock(&inbox->lock);
    return seen;
}

size_t inbox_count(struct inbox *inbox)
{
    return look(inbox, &inbox->count);
}

size_t inbox_bytes(struct inbox *inbox)
{
    return look(inbox, &inbox->bytes);
}

size_t inbox_apart(struct inbox *inbox)
{
    return look(inbox, &inbox->apart);
}
