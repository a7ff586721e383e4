/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/connection.h"

#include "daemon/base/moment.h"

#define FIRST_PAUSE_NS NS_PER_S
#define LAST_PAUSE_NS \
    (15 * NS_PER_S) /* so that it recovers soon after the network does */

void connection_init(struct connection *connection, int64_t open_timeout_ns,
                     int64_t ack_timeout_ns, uint32_t seed)
{
    *connection = (struct connection){
        .state = CONNECTION_WAITING,
        .open_timeout_ns = open_timeout_ns,
        .ack_timeout_ns = ack_timeout_ns,
        .deadline_ns = INT64_MIN,
    };
    backoff_init(&connection->backoff, FIRST_PAUSE_NS, LAST_PAUSE_NS, seed);
}

static enum connection_action enter(struct connection *connection,
                                    enum connection_state state, int64_t deadline_ns,
                                    enum connection_action action)
{
    connection->state = state;
    connection->deadline_ns = deadline_ns;
    return action;
}

/* The pause begins now, not when the old client is gone at last. */
static enum connection_action close(struct connection *connection, int64_t now_ns,
                                    int64_t pause_ns)
{
    int64_t next_ns = backoff_next(&connection->backoff);

    return enter(connection, CONNECTION_CLOSING,
                 now_ns + (next_ns > pause_ns ? next_ns : pause_ns), CONNECTION_CLOSE);
}

static enum connection_action handle_waiting(struct connection *connection,
                                             enum connection_event event, int64_t now_ns)
{
    if (event == CONNECTION_STOP)
        return enter(connection, CONNECTION_ENDED, INT64_MAX, CONNECTION_END);
    if (now_ns >= connection->deadline_ns)
        return enter(connection, CONNECTION_OPENING, now_ns + connection->open_timeout_ns,
                     CONNECTION_OPEN);
    return CONNECTION_NOTHING;
}

/* Opening and up differ in who makes the deadline move. */
static enum connection_action handle_open(struct connection *connection,
                                          enum connection_event event, int64_t now_ns,
                                          int64_t pause_ns)
{
    bool is_up = connection->state == CONNECTION_UP;

    switch (event) {
    case CONNECTION_OPENED:
        return enter(connection, CONNECTION_UP, INT64_MAX, CONNECTION_NOTHING);
    case CONNECTION_REFUSED:
    case CONNECTION_LOST:
    case CONNECTION_DISCONNECTED:
        return close(connection, now_ns, pause_ns);
    case CONNECTION_SENT:
        if (is_up && connection->deadline_ns == INT64_MAX)
            connection->deadline_ns = now_ns + connection->ack_timeout_ns;
        break;
    case CONNECTION_PROGRESS:
        backoff_reset(&connection->backoff);
        if (is_up)
            connection->deadline_ns = INT64_MAX;
        break;
    case CONNECTION_STOP:
        return enter(connection, CONNECTION_ENDING, INT64_MAX,
                     is_up ? CONNECTION_LEAVE : CONNECTION_CLOSE);
    case CONNECTION_TICK:
        if (now_ns >= connection->deadline_ns)
            return close(connection, now_ns, pause_ns);
        break;
    case CONNECTION_CLOSED:
        break;
    }
    return CONNECTION_NOTHING;
}

enum connection_action connection_handle(struct connection *connection,
                                         enum connection_event event, int64_t now_ns,
                                         int64_t pause_ns)
{
    switch (connection->state) {
    case CONNECTION_WAITING:
        return handle_waiting(connection, event, now_ns);
    case CONNECTION_OPENING:
    case CONNECTION_UP:
        return handle_open(connection, event, now_ns, pause_ns);
    case CONNECTION_CLOSING:
        if (event == CONNECTION_STOP)
            connection->state = CONNECTION_ENDING;
        else if (event == CONNECTION_CLOSED)
            connection->state = CONNECTION_WAITING;
        break;
    case CONNECTION_ENDING:
        if (event == CONNECTION_CLOSED)
            return enter(connection, CONNECTION_ENDED, INT64_MAX, CONNECTION_END);
        break;
    case CONNECTION_ENDED:
        break;
    }
    return CONNECTION_NOTHING;
}
