/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to open, close and open again a connection to a broker. Pure: events and the time
 * go in, one action comes out.
 *
 * A client object of paho serves one connection: however that ends (the callback for a
 * lost connection, a DISCONNECT of the server, a failed connect that is reported late, or
 * no acknowledgement for too long), the client is closed and a new one opened after a
 * pause. So every way of losing a connection is one way.
 */
#pragma once

#include "daemon/base/backoff.h"

#include <stdbool.h>
#include <stdint.h>

enum connection_state {
    CONNECTION_WAITING, /* for the time of the next try */
    CONNECTION_OPENING,
    CONNECTION_UP,
    CONNECTION_CLOSING, /* the client is being destroyed; then waiting */
    CONNECTION_ENDING,  /* as before, but for good */
    CONNECTION_ENDED,
};

enum connection_event {
    CONNECTION_TICK,         /* time has passed */
    CONNECTION_OPENED,       /* CONNACK, accepted */
    CONNECTION_REFUSED,      /* the connect failed; may come after OPENED */
    CONNECTION_LOST,         /* the callback for it */
    CONNECTION_DISCONNECTED, /* the server sent DISCONNECT */
    CONNECTION_PROGRESS,     /* an acknowledgement, or nothing is out */
    CONNECTION_SENT,         /* something is out that wants an acknowledgement */
    CONNECTION_CLOSED,       /* the client is destroyed */
    CONNECTION_STOP,         /* a person or the daemon wants an end */
};

enum connection_action {
    CONNECTION_NOTHING,
    CONNECTION_OPEN,  /* make a client and connect */
    CONNECTION_CLOSE, /* destroy the client */
    CONNECTION_LEAVE, /* say good-bye, then destroy the client */
    CONNECTION_END,   /* nothing is left */
};

struct connection {
    enum connection_state state;
    struct backoff backoff;
    int64_t open_timeout_ns, ack_timeout_ns;
    int64_t deadline_ns; /* of what the state waits for; INT64_MAX = nothing */
};

void connection_init(struct connection *connection, int64_t open_timeout_ns,
                     int64_t ack_timeout_ns, uint32_t seed);

/*
 * `pause_ns`: at least this long until the next try, for refusals that only a person can
 * mend. An event of a client that is closed already must not be passed on.
 */
enum connection_action connection_handle(struct connection *connection,
                                         enum connection_event event, int64_t now_ns,
                                         int64_t pause_ns);
