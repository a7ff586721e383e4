/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to an MQTT broker that comes back by itself.
 *
 * Everything here is the loop thread's and returns at once: paho takes locks that it
 * holds while names are resolved, so it is called from a thread of this module only, and
 * its callbacks mail what happened. Nothing is queued across connections: when one is
 * lost, what was out is forgotten and `on_down` says so.
 */
#pragma once

#include "daemon/sinks/broker_options.h"

#include <uv.h>

struct broker;

#define BROKER_WINDOW 64

struct broker_message {
    const char *topic;
    const void *payload;
    size_t length;
    int qos;
    bool retained;
    /* MQTT 5 only */
    const char *content_type; /* NULL = none */
    int64_t expiry_s;         /* 0 = never */
    int64_t seq;              /* user property `seq`; 0 = none */
    const void *correlation;
    size_t correlation_length;
};

/* What arrived; borrowed during the call. */
struct broker_arrival {
    const char *topic;
    const char *payload; /* terminated as well */
    size_t length;
    bool retained, repeated;
    const char *response_topic; /* "" = none */
    const void *correlation;
    size_t correlation_length;
};

/* What the broker allows, as its CONNACK said. */
struct broker_limits {
    int window;
    int64_t packet_max; /* bytes; INT64_MAX = any */
    int qos_max;
    bool can_retain;
};

struct broker_spec {
    uv_loop_t *loop;
    const char *name; /* as configured, for the log */
    const struct broker_options *options;
    const char *client_id;
    const char *will_topic;
    const void *will_payload;
    size_t will_length;
    int will_qos;
    bool will_retained;
    bool says_farewell; /* publishes the will itself before a clean end */

    void *owner;
    void (*on_up)(void *owner, const struct broker_limits *limits);
    /* Also for a connect that failed. `reason` is a sentence for people. */
    void (*on_down)(void *owner, const char *reason);
    /* `code` is 0, an MQTT 5 reason code, or negative when it was never sent. */
    void (*on_published)(void *owner, uint64_t cookie, int code);
    /* May be NULL. */
    void (*on_arrival)(void *owner, const struct broker_arrival *arrival);
    void (*on_closed)(void *owner);
};

/* Strings and payloads of the spec are copied; the options must live as long. */
int broker_start(const struct broker_spec *spec, struct broker **ret_broker);

/* `on_closed` follows. */
void broker_stop(struct broker *broker);

bool broker_is_up(const struct broker *broker);

/* What is wrong though it is up (a subscription was refused), if nothing else is told. */
void broker_add_complaint(const struct broker *broker, char trouble[256]);

/* For so many messages there is room in the window; 0 when it is not up. */
unsigned broker_room(const struct broker *broker);

/*
 * Copies the message. Returns 0, -ENOTCONN, -EAGAIN when the window is full, -EMSGSIZE,
 * or -ENOMEM. QoS and retention are lowered to what the broker allows.
 */
int broker_publish(struct broker *broker, const struct broker_message *message,
                   uint64_t cookie);

/* For this connection only; ask again after each on_up. At QoS 1. */
int broker_subscribe(struct broker *broker, const char *topic);

/* Another payload for the will of the connections to come (Sparkplug's bdSeq). */
int broker_set_will(struct broker *broker, const void *payload, size_t length);
