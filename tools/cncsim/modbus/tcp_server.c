/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/tcp_server.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/modbus/speaker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MBAP_MAX 260

struct tcp_server {
    uv_tcp_t listener;
    struct device *device;
    struct responder *responder;
    struct peer *peers;
    uint64_t deaf_until_ms; /* of the loop's clock */
};

struct peer {
    uv_tcp_t socket;
    struct speaker speaker;
    struct tcp_server *server;
    struct peer *next, **link;
    unsigned char request[MBAP_MAX];
    size_t used;
    int open_handles;
};

static void on_peer_closed(uv_handle_t *handle)
{
    struct peer *peer = handle->data;

    if (--peer->open_handles == 0)
        free(peer);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct speaker *speaker = handle->data;
    struct peer *peer = speaker->owner;

    if (--peer->open_handles == 0)
        free(peer);
}

static void peer_leave(struct peer *peer)
{
    if (uv_is_closing((uv_handle_t *)&peer->socket))
        return;
    *peer->link = peer->next;
    if (peer->next)
        peer->next->link = peer->link;
    uv_close((uv_handle_t *)&peer->speaker.timer, on_timer_closed);
}

static void peer_close(struct peer *peer)
{
    peer_leave(peer);
    if (!uv_is_closing((uv_handle_t *)&peer->socket))
        uv_close((uv_handle_t *)&peer->socket, on_peer_closed);
}

static void on_hang_up(void *owner, int64_t deaf_ns)
{
    struct peer *peer = owner;
    struct tcp_server *server = peer->server;

    server->deaf_until_ms = uv_now(peer->socket.loop) + (uint64_t)(deaf_ns / NS_PER_MS);
    peer_leave(peer);
    if (uv_tcp_close_reset(&peer->socket, on_peer_closed) != 0)
        uv_close((uv_handle_t *)&peer->socket, on_peer_closed);
}

static void on_say(void *owner, const unsigned char *bytes, size_t length)
{
    struct peer *peer = owner;
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);

    /* Answers are small; a client that does not read loses them, as with a real device.
     */
    (void)uv_try_write((uv_stream_t *)&peer->socket, &buffer, 1);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct peer *peer = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)peer->request + peer->used,
                          (unsigned)(sizeof(peer->request) - peer->used));
}

/* Length of the whole first frame; 0 = not here yet, -1 = this is no Modbus. */
static int frame_length(const unsigned char *bytes, size_t used)
{
    int length;

    if (used < 8)
        return 0;
    length = 6 + bytes[4] * 256 + bytes[5];
    if (bytes[2] != 0 || bytes[3] != 0 || length < 8 || length > MBAP_MAX)
        return -1;
    return used >= (size_t)length ? length : 0;
}

static void peer_serve(struct peer *peer)
{
    for (;;) {
        int length = frame_length(peer->request, peer->used);
        unsigned char frame[MBAP_MAX];
        struct delivery delivery;

        if (length < 0)
            peer_close(peer);
        if (length <= 0)
            return;
        memcpy(frame, peer->request, (size_t)length);
        peer->used -= (size_t)length;
        memmove(peer->request, peer->request + length, peer->used);
        if (peer->server->device->unit >= 0 && frame[6] != peer->server->device->unit)
            continue;
        device_answer(peer->server->device, peer->server->responder, true, frame,
                      (size_t)length, &delivery);
        speaker_add(&peer->speaker, &delivery);
        if (uv_is_closing((uv_handle_t *)&peer->socket))
            return;
    }
}

static void on_bytes(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct peer *peer = stream->data;

    (void)buffer;
    if (length < 0) {
        peer_close(peer);
        return;
    }
    peer->used += (size_t)length;
    peer_serve(peer);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct tcp_server *server = stream->data;
    struct peer *peer = status < 0 ? NULL : calloc(1, sizeof(*peer));

    if (!peer)
        return;
    peer->server = server;
    uv_tcp_init(stream->loop, &peer->socket);
    peer->socket.data = peer;
    speaker_init(&peer->speaker, stream->loop, peer);
    peer->speaker.say = on_say;
    peer->speaker.hang_up = on_hang_up;
    peer->open_handles = 2;
    peer->next = server->peers;
    peer->link = &server->peers;
    if (peer->next)
        peer->next->link = &peer->next;
    server->peers = peer;
    if (uv_accept(stream, (uv_stream_t *)&peer->socket) < 0 ||
        uv_now(stream->loop) < server->deaf_until_ms) {
        peer_close(peer);
        return;
    }
    uv_tcp_nodelay(&peer->socket, 1);
    uv_read_start((uv_stream_t *)&peer->socket, on_room, on_bytes);
}

int tcp_server_port(const struct tcp_server *server)
{
    struct sockaddr_in address = {0};
    int length = sizeof(address);

    uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

static void on_server_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void tcp_server_close(struct tcp_server *server)
{
    if (!server)
        return;
    while (server->peers)
        peer_close(server->peers);
    uv_close((uv_handle_t *)&server->listener, on_server_closed);
}

int tcp_server_create(uv_loop_t *loop, const char *address, int port,
                      struct device *device, struct responder *responder,
                      struct tcp_server **ret_server)
{
    struct tcp_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in where;
    int error;

    if (!server)
        return -ENOMEM;
    server->device = device;
    server->responder = responder;
    uv_tcp_init(loop, &server->listener);
    server->listener.data = server;
    error = uv_ip4_addr(address, port, &where);
    if (error == 0)
        error = uv_tcp_bind(&server->listener, (struct sockaddr *)&where, 0);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&server->listener, 64, on_connection);
    if (error < 0) {
        tcp_server_close(server);
        return error;
    }
    *ret_server = server;
    return 0;
}
