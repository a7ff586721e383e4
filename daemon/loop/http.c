/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/http.h"

#include "daemon/base/moment.h"
#include "daemon/loop/http_transfer.h"
#include "daemon/loop/turn.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

enum {
    RECHECK_MS = 1 /* one turn of the loop for bytes that already wait in the kernel */
};

struct http {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;   /* curl's own */
    uv_timer_t silence; /* fires at the earliest moment a transfer may be too silent */
    uv_idle_t rest;     /* runs while transfers rest */
    uint64_t rests;
    struct turn turn;
    struct http_transfer *transfers;
    int depth;         /* inside curl, where it takes neither new nor removed transfers */
    bool is_unsettled; /* some transfer waits for the end of that */
    bool is_closing;
    int handles; /* of libuv, not yet closed */
    void *close_owner;
    void (*closed)(void *owner);
};

struct watch {
    uv_poll_t poll;
    struct http *http;
    curl_socket_t socket;
};

static void on_handle_closed(struct http *http)
{
    if (--http->handles > 0 || !http->is_closing)
        return;

    void *owner = http->close_owner;
    void (*closed)(void *owner) = http->closed;
    free(http);
    if (closed)
        closed(owner);
}

static void on_own_closed(uv_handle_t *handle)
{
    on_handle_closed(handle->data);
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;
    struct http *http = watch->http;

    free(watch);
    on_handle_closed(http);
}

/* Takes it out of curl and out of the list. */
static void forget(struct http *http, struct http_transfer *transfer)
{
    if (transfer->is_added)
        (void)curl_multi_remove_handle(http->multi, transfer->easy);
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        http->transfers = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    http_transfer_destroy(transfer);
}

/* The owner may start, cancel or close in on_done; that waits until this one is gone. */
static void finish(struct http *http, struct http_transfer *transfer, CURLcode code)
{
    struct http_outcome outcome;

    http_transfer_conclude(transfer, code, &outcome);
    (void)curl_multi_remove_handle(http->multi, transfer->easy);
    transfer->is_added = false;
    transfer->is_done = true;
    http->depth++;
    if (!transfer->is_cancelled && transfer->request.on_done)
        transfer->request.on_done(transfer->request.owner, &outcome);
    http->depth--;
    forget(http, transfer);
}

/* Every result there is: a transfer may end without any other being left. */
static void reap(struct http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left))) {
        struct http_transfer *transfer = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                (char **)&transfer);
        finish(http, transfer, code);
    }
}

static void arm_silence(struct http *http)
{
    int64_t now_ms = (int64_t)uv_now(http->loop);
    int64_t earliest_ms = INT64_MAX;

    for (struct http_transfer *each = http->transfers; each; each = each->next) {
        int64_t due_ms = http_transfer_due_ms(each);
        if (due_ms < earliest_ms)
            earliest_ms = due_ms;
    }
    if (earliest_ms == INT64_MAX) {
        (void)uv_timer_stop(&http->silence);
        return;
    }
    int64_t wait_ms = earliest_ms - now_ms;
    (void)uv_timer_start(&http->silence, http->silence.timer_cb,
                         wait_ms < RECHECK_MS ? RECHECK_MS : (uint64_t)wait_ms, 0);
}

static void close_all(struct http *http);

static void settle_transfer(struct http *http, struct http_transfer *transfer)
{
    if (transfer->is_cancelled) {
        forget(http, transfer);
    } else if (!transfer->is_added) {
        transfer->is_added = true;
        (void)curl_multi_add_handle(http->multi, transfer->easy);
    }
}

/* What was started or cancelled inside curl's callbacks happens now. */
static void settle(struct http *http)
{
    while (http->is_unsettled && http->depth == 0) {
        http->is_unsettled = false;
        for (struct http_transfer *each = http->transfers, *next; each; each = next) {
            next = each->next;
            settle_transfer(http, each);
        }
        arm_silence(http);
    }
    if (http->is_closing && http->depth == 0 && http->multi)
        close_all(http);
}

static void conclude(struct http *http)
{
    settle(http);
    if (http->multi)
        reap(http);
    settle(http);
}

static void run(struct http *http, curl_socket_t socket, int events)
{
    int running;

    if (!http->multi)
        return;
    http->depth++;
    (void)curl_multi_socket_action(http->multi, socket, events, &running);
    http->depth--;
    conclude(http);
}

bool http_turn_is_long(struct http *http)
{
    return turn_is_long(&http->turn, http->loop);
}

static struct http_transfer *first_resting(const struct http *http)
{
    struct http_transfer *first = NULL;

    for (struct http_transfer *each = http->transfers; each; each = each->next)
        if (each->rested && !each->is_cancelled &&
            (!first || each->rested < first->rested))
            first = each;
    return first;
}

/* Those that rest go on, one after the other, as far as this turn goes. */
static void on_rested(uv_idle_t *idle)
{
    struct http *http = idle->data;
    struct http_transfer *first;

    while ((first = first_resting(http)) && !http_turn_is_long(http)) {
        first->rested = 0;
        http->depth++;
        CURLcode code = curl_easy_pause(first->easy, CURLPAUSE_CONT);
        http->depth--;
        if (code != CURLE_OK)
            finish(http, first, code);
    }
    if (!first)
        (void)uv_idle_stop(idle);
    conclude(http);
}

bool http_rests(struct http *http, struct http_transfer *transfer)
{
    if (!http_turn_is_long(http))
        return false; /* curl itself reads as long as a peer sends */
    transfer->rested = ++http->rests;
    (void)uv_idle_start(&http->rest, on_rested);
    return true;
}

static void on_timeout(uv_timer_t *timer)
{
    run(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* Twice silent, with a look at the sockets between: a loop that was late is not a peer
 * that was. */
static void on_silence(uv_timer_t *timer)
{
    struct http *http = timer->data;
    int64_t now_ms = (int64_t)uv_now(http->loop);

    for (struct http_transfer *each = http->transfers, *next; each; each = next) {
        next = each->next;
        if (each->is_cancelled || http_transfer_due_ms(each) > now_ms)
            continue;
        if (!each->is_suspect) {
            each->is_suspect = true;
            continue;
        }
        each->error = -ETIMEDOUT;
        finish(http, each, CURLE_OPERATION_TIMEDOUT);
        break; /* its owner may have changed the list; the others are due in a moment */
    }
    settle(http);
    if (http->multi)
        arm_silence(http);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int curl_events = status < 0 ? CURL_CSELECT_ERR : 0;

    if (events & UV_READABLE)
        curl_events |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        curl_events |= CURL_CSELECT_OUT;
    run(watch->http, watch->socket, curl_events);
}

static struct watch *watch_create(struct http *http, curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    if (uv_poll_init_socket(http->loop, &watch->poll, socket) < 0) {
        free(watch);
        return NULL;
    }
    watch->http = http;
    watch->socket = socket;
    watch->poll.data = watch;
    http->handles++;
    (void)curl_multi_assign(http->multi, socket, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *self,
                     void *socket_data)
{
    struct http *http = self;
    struct watch *watch = socket_data;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            (void)curl_multi_assign(http->multi, socket, NULL);
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        }
        return 0;
    }
    if (!watch)
        watch = watch_create(http, socket);
    if (!watch)
        return -1;

    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) |
                 (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_poll);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *self)
{
    struct http *http = self;

    (void)multi;
    if (timeout_ms < 0)
        return uv_timer_stop(&http->timer);
    return uv_timer_start(&http->timer, on_timeout, (uint64_t)timeout_ms, 0);
}

int http_create(uv_loop_t *loop, struct http **ret_http)
{
    struct http *http = calloc(1, sizeof(*http));

    if (!http)
        return -ENOMEM;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        !(http->multi = curl_multi_init())) {
        free(http);
        return -ENOMEM;
    }
    http->loop = loop;
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    (void)uv_timer_init(loop, &http->timer);
    (void)uv_timer_init(loop, &http->silence);
    (void)uv_idle_init(loop, &http->rest);
    http->timer.data = http->silence.data = http->rest.data = http;
    http->silence.timer_cb = on_silence;
    http->handles = 3;
    *ret_http = http;
    return 0;
}

static void close_all(struct http *http)
{
    while (http->transfers)
        forget(http, http->transfers);

    CURLM *multi = http->multi;
    http->depth++;
    (void)curl_multi_cleanup(multi);
    http->depth--;
    http->multi = NULL;
    uv_close((uv_handle_t *)&http->timer, on_own_closed);
    uv_close((uv_handle_t *)&http->silence, on_own_closed);
    uv_close((uv_handle_t *)&http->rest, on_own_closed);
}

void http_close(struct http *http, void *owner, void (*closed)(void *owner))
{
    assert(!http->is_closing);
    http->is_closing = true;
    http->close_owner = owner;
    http->closed = closed;
    for (struct http_transfer *each = http->transfers; each; each = each->next)
        each->is_cancelled = true;
    settle(http);
}

int http_start(struct http *http, const struct http_request *request,
               struct http_transfer **ret_transfer)
{
    struct http_transfer *transfer;

    if (http->is_closing)
        return -ECANCELED;
    int error = http_transfer_create(request, http->loop, &transfer);
    if (error)
        return error;

    transfer->http = http;
    transfer->next = http->transfers;
    if (http->transfers)
        http->transfers->previous = transfer;
    http->transfers = transfer;
    http->is_unsettled = true;
    if (ret_transfer)
        *ret_transfer = transfer;
    settle(http);
    return 0;
}

void http_cancel(struct http_transfer *transfer)
{
    if (!transfer || transfer->is_done || transfer->is_cancelled)
        return;
    transfer->is_cancelled = true;
    transfer->http->is_unsettled = true;
    settle(transfer->http);
}
