/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/transport.h"

#include "daemon/base/text.h"
#include "daemon/loop/turn.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RECEIVE_MAX = 2048
};

struct socket {
    struct transport transport;
    struct transport_events events;
    uv_getaddrinfo_t resolve;
    uv_connect_t connect;
    uv_tcp_t tcp;
    struct addrinfo *addresses, *next; /* still to be tried */
    bool resolving, has_tcp, closing;
    char buffer[RECEIVE_MAX];
};

static struct turn turn; /* of all sockets of the process; loop thread */

static void try_next(struct socket *socket, int error);

static void lose(struct socket *socket, int error)
{
    if (!socket->closing)
        socket->events.lost(socket->events.owner, error);
}

static void free_when_done(struct socket *socket)
{
    if (!socket->closing || socket->resolving || socket->has_tcp)
        return;
    uv_freeaddrinfo(socket->addresses);
    free(socket);
}

static void on_closed(uv_handle_t *handle)
{
    struct socket *socket = handle->data;

    socket->has_tcp = false;
    free_when_done(socket);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct socket *socket = handle->data;

    (void)suggested;
    socket->transport.is_unread = turn_is_long(&turn, handle->loop);
    *buffer = socket->transport.is_unread
                  ? uv_buf_init(NULL, 0) /* libuv asks again in the next turn */
                  : uv_buf_init(socket->buffer, sizeof(socket->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct socket *socket = stream->data;

    (void)buffer;
    if (socket->closing || length == 0 || length == UV_ENOBUFS)
        return;
    if (length < 0)
        lose(socket, length == UV_EOF ? -ECONNRESET : (int)length);
    else
        socket->events.received(socket->events.owner, (const uint8_t *)socket->buffer,
                                (size_t)length);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct socket *socket = connect->data;

    if (socket->closing)
        return;
    if (status == 0)
        status = uv_tcp_nodelay(&socket->tcp, 1);
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&socket->tcp, on_buffer, on_read);
    if (status)
        try_next(socket, status);
    else
        socket->events.opened(socket->events.owner);
}

/* A handle that failed to connect cannot be used again: close it, then try the next. */
static void on_failed_closed(uv_handle_t *handle)
{
    struct socket *socket = handle->data;

    socket->has_tcp = false;
    if (socket->closing)
        free_when_done(socket);
    else
        try_next(socket, -ECONNREFUSED);
}

static int start_connect(struct socket *socket, const struct sockaddr *address)
{
    int error = uv_tcp_init(socket->resolve.loop, &socket->tcp);
    if (error)
        return error;

    socket->has_tcp = true;
    socket->tcp.data = socket;
    socket->connect.data = socket;
    return uv_tcp_connect(&socket->connect, &socket->tcp, address, on_connected);
}

/* `error` is why the one before failed; the last of them is reported. */
static void try_next(struct socket *socket, int error)
{
    if (!socket->next) {
        lose(socket, error);
        return;
    }
    if (socket->has_tcp) {
        uv_close((uv_handle_t *)&socket->tcp, on_failed_closed);
        return;
    }

    const struct sockaddr *address = socket->next->ai_addr;
    socket->next = socket->next->ai_next;
    error = start_connect(socket, address);
    if (error)
        try_next(socket, error);
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *addresses)
{
    struct socket *socket = resolve->data;

    socket->resolving = false;
    socket->addresses = socket->next = addresses;
    if (socket->closing)
        free_when_done(socket);
    else
        try_next(socket, status ? status : -EADDRNOTAVAIL);
}

static int socket_open(uv_loop_t *loop, const struct line_address *address,
                       const struct transport_events *events,
                       struct transport **ret_transport)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                          .ai_flags = AI_ADDRCONFIG};
    struct socket *socket = calloc(1, sizeof(*socket));
    struct sockaddr_storage literal;
    char port[8];
    int error;

    if (!socket)
        return -ENOMEM;
    socket->transport.kind = &transport_socket;
    socket->events = *events;
    socket->resolve.data = socket;
    socket->resolve.loop = loop;

    (void)snprintf(port, sizeof(port), "%u", address->port);
    if (uv_ip4_addr(address->name, address->port, (struct sockaddr_in *)&literal) == 0 ||
        uv_ip6_addr(address->name, address->port, (struct sockaddr_in6 *)&literal) == 0) {
        error = start_connect(socket, (struct sockaddr *)&literal);
    } else {
        socket->resolving = true;
        error = uv_getaddrinfo(loop, &socket->resolve, on_resolved, address->name, port,
                               &hints);
        if (error)
            socket->resolving = false;
    }
    if (error) {
        transport_close(&socket->transport);
        return error;
    }
    *ret_transport = &socket->transport;
    return 0;
}

static int socket_write(struct transport *transport, const uint8_t *bytes, size_t length)
{
    struct socket *socket = (struct socket *)transport;
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);

    int written = uv_try_write((uv_stream_t *)&socket->tcp, &buffer, 1);
    if (written < 0)
        return written;
    return (size_t)written == length ? 0 : -EAGAIN;
}

static void socket_close(struct transport *transport)
{
    struct socket *socket = (struct socket *)transport;

    socket->closing = true;
    if (socket->resolving)
        (void)uv_cancel((uv_req_t *)&socket->resolve);
    if (socket->has_tcp && !uv_is_closing((uv_handle_t *)&socket->tcp))
        uv_close((uv_handle_t *)&socket->tcp, on_closed);
    free_when_done(socket);
}

const struct transport_kind transport_socket = {
    .open = socket_open,
    .write = socket_write,
    .close = socket_close,
};
