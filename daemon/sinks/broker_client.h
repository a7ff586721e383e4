/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread beside broker.c: carries out orders with paho and mails the news. Only
 * broker.c uses it.
 */
#pragma once

#include "daemon/loop/inbox.h"
#include "daemon/loop/mailbox.h"
#include "daemon/sinks/broker.h"
#include "daemon/sinks/secret.h"
#include "daemon/sinks/trust.h"

enum order_kind {
    ORDER_OPEN,
    ORDER_PUBLISH,
    ORDER_SUBSCRIBE,
    ORDER_EXPLAIN, /* why TLS failed with `code`; what paho says of it is the topic */
    ORDER_LEAVE,   /* publish the farewell, if any, disconnect, then as ORDER_CLOSE */
    ORDER_CLOSE,
};

/* One block of memory: what the pointers in `message` show lies behind it. */
struct client_order {
    struct inbox_item item;
    enum order_kind kind;
    uint64_t generation;
    unsigned flight;
    int code;
    struct broker_message
        message; /* of ORDER_OPEN the will, of ORDER_LEAVE the farewell */
};

enum news_kind {
    NEWS_OPENED,
    NEWS_REFUSED,
    NEWS_LOST,
    NEWS_DISCONNECTED,
    NEWS_PUBLISHED,
    NEWS_SUBSCRIBED, /* `code` is 0, or why not */
    NEWS_ARRIVAL,
    NEWS_CLOSED,
    NEWS_GONE, /* the thread has ended */
};

struct client_arrival {
    struct broker_arrival arrival;
    char bytes[]; /* what it points at */
};

struct client_news {
    enum news_kind kind;
    uint64_t generation;
    unsigned flight;
    int code;
    struct broker_limits limits;
    struct client_arrival *arrival; /* changes owner */
    char words[TRUST_WORDS_MAX];
};

struct client_spec {
    const struct broker_options *options;
    const char *client_id;
    struct mailbox *news;
};

struct client;

int client_create(const struct client_spec *spec, struct client **ret_client);

/* With copies of all that the message points at; NULL without memory. */
struct client_order *client_order_make(enum order_kind kind, uint64_t generation,
                                       const struct broker_message *message);

/* Takes the order. Returns 0, or -ENOBUFS and then the order is freed. */
int client_post(struct client *client, struct client_order *order);

/* No order follows; NEWS_GONE comes last, and then client_destroy() may be called. */
void client_close(struct client *client);
void client_destroy(struct client *client);
