/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to and from a line: a TCP socket or a serial port on the loop. Loop thread.
 *
 * One object is one connection. Nothing blocks: names are resolved in libuv's pool, and
 * descriptors may be beyond 1023.
 */
#pragma once

#include "drivers/modbus/address.h"

#include <stdbool.h>
#include <uv.h>

struct transport;

struct transport_events {
    void *owner;
    void (*opened)(void *owner);
    void (*received)(void *owner, const uint8_t *bytes, size_t length);
    /* Once: it could not be opened, or is broken. Close it then. */
    void (*lost)(void *owner, int error);
};

/* Begins; `events` is copied and nothing is called before this has returned. */
int transport_open(uv_loop_t *loop, const struct line_address *address,
                   const struct transport_events *events,
                   struct transport **ret_transport);

/* Returns 0 or a negative errno; all is written or the connection is of no use. */
int transport_write(struct transport *transport, const uint8_t *bytes, size_t length);

/*
 * Bytes may be here that this turn of the loop had no room for: when hundreds of devices
 * answer at once, the others are read in the turns that follow.
 */
bool transport_is_unread(const struct transport *transport);

/* Forgets what has come in and was not read yet. */
void transport_flush(struct transport *transport);

/* No event after this; it frees itself. Accepts NULL. */
void transport_close(struct transport *transport);

/* The two kinds, for transport.c. */
struct transport_kind {
    int (*open)(uv_loop_t *loop, const struct line_address *address,
                const struct transport_events *events, struct transport **ret_transport);
    int (*write)(struct transport *transport, const uint8_t *bytes, size_t length);
    void (*flush)(struct transport *transport);
    void (*close)(struct transport *transport);
};

/* The beginning of every transport. */
struct transport {
    const struct transport_kind *kind;
    bool is_unread;
};

extern const struct transport_kind transport_socket, transport_serial;
