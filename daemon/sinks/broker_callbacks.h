/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paho's callbacks: each turns what it is told into news and posts it, nothing else. They
 * run on paho's threads with paho's lock held. Only broker_client.c uses this.
 */
#pragma once

#include "daemon/sinks/broker_client.h"

#include <MQTTAsync.h>

/* Which message an acknowledgement is for; paho hands its address back. */
struct flight {
    struct client *client;
    unsigned number;
};

/*
 * Paho's callbacks run on its threads with its lock held; they read `generation`, which
 * changes only while there is no handle, and post.
 */
struct client {
    struct client_spec spec;
    struct inbox inbox;
    uv_thread_t thread;
    MQTTAsync handle;
    uint64_t generation;
    struct flight flights[BROKER_WINDOW];
    char secret[SECRET_MAX];
    uv_mutex_t lock;
    uv_cond_t parted_news;
    bool is_parted;              /* under the lock */
    char words[TRUST_WORDS_MAX]; /* under the lock: what TLS has to say */
};

/* Sets the callbacks of version 3.1.1 or 5, as the client's options say. */
void callbacks_of_connect(struct client *client, MQTTAsync_connectOptions *request);
void callbacks_of_publish(struct flight *flight, MQTTAsync_responseOptions *response);
void callbacks_of_subscribe(struct client *client, MQTTAsync_responseOptions *response);
void callbacks_of_disconnect(struct client *client, MQTTAsync_disconnectOptions *request);

/* Those of the handle itself. Returns paho's code. */
int callbacks_of_handle(struct client *client);

/* Tells of a TLS failure in OpenSSL's words; for MQTTAsync_SSLOptions. */
int callbacks_on_tls_words(const char *words, size_t length, void *self);

/* The same news without paho: what did not even begin. */
void callbacks_refuse(struct client *client, int code, const char *message);
void callbacks_tell_published(const struct flight *flight, int code);
void callbacks_tell_subscribed(struct client *client, int code);
void callbacks_post(struct client *client, struct client_news *news);

bool client_is_version_5(const struct client *client);
