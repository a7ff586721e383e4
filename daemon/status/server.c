/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/server.h"

#include "daemon/base/json.h"
#include "daemon/status/listener.h"
#include "daemon/status/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64,
    CONNECTIONS_PER_CLIENT = 16,
    SILENCE_S = 10,
    HEARTBEAT_MS = 5000,
    HEADERS_MAX = 8192,
};

struct server {
    struct server_site site;
    struct MHD_Daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_timer_t heartbeat;
    uv_idle_t nudge; /* a resumed connection is run in the next turn */
    int listener;
    unsigned port;
    bool is_unix;
    int open_handles;
    struct request *requests; /* open ones */
    void *closed_owner;
    void (*closed)(void *owner);
};

static void run(struct server *server);

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

static void on_nudge(uv_idle_t *idle)
{
    (void)uv_idle_stop(idle);
    run(idle->data);
}

/* Lets microhttpd work, then sleeps for as long as it allows. When it has more to do at
 * once, that is the next turn: libuv runs a timer of 0 ms again in the same one. */
static void run(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;

    (void)uv_timer_stop(&server->timer);
    (void)MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES)
        return;
    if (timeout_ms == 0)
        server_nudge(server);
    else
        (void)uv_timer_start(&server->timer, on_timer, timeout_ms, 0);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run(poll->data);
}

/* A client that left is only noticed by writing to it. */
static void on_heartbeat(uv_timer_t *timer)
{
    struct server *server = timer->data;

    request_beat_all(server->requests);
}

void server_nudge(struct server *server)
{
    (void)uv_idle_start(&server->nudge, on_nudge);
}

struct request **server_requests(struct server *server)
{
    return &server->requests;
}

const struct server_site *server_site_of(const struct server *server)
{
    return &server->site;
}

bool server_is_unix(const struct server *server)
{
    return server->is_unix;
}

static int start_daemon(struct server *server)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, request_on_access,
        server, MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_NOTIFY_COMPLETED,
        request_on_completed, server, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        server->is_unix ? 0U : (unsigned)CONNECTIONS_PER_CLIENT,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(HEADERS_MAX * 4), MHD_OPTION_END);
    return server->daemon ? 0 : -EIO;
}

int server_create(const struct server_site *site, const char *listen,
                  struct server **ret_server)
{
    struct server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;

    server->site = *site;
    server->listener = listener_open(listen, &server->is_unix, &server->port);
    int error = server->listener < 0 ? server->listener : start_daemon(server);
    if (error) {
        if (server->listener >= 0)
            (void)close(server->listener);
        free(server);
        return error;
    }

    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    (void)uv_poll_init(site->loop, &server->poll, info->epoll_fd);
    (void)uv_timer_init(site->loop, &server->timer);
    (void)uv_idle_init(site->loop, &server->nudge);
    (void)uv_timer_init(site->loop, &server->heartbeat);
    server->poll.data = server->timer.data = server->nudge.data = server;
    server->heartbeat.data = server;
    (void)uv_timer_start(&server->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
    (void)uv_poll_start(&server->poll, UV_READABLE, on_ready);
    *ret_server = server;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;

    if (--server->open_handles > 0)
        return;
    request_wake_all(server->requests);
    MHD_stop_daemon(server->daemon);
    server->closed(server->closed_owner);
    free(server);
}

void server_close(struct server *server, void *owner, void (*closed)(void *owner))
{
    server->closed_owner = owner;
    server->closed = closed;
    server->open_handles = 4;
    (void)uv_poll_stop(&server->poll);
    uv_close((uv_handle_t *)&server->poll, on_closed);
    uv_close((uv_handle_t *)&server->timer, on_closed);
    uv_close((uv_handle_t *)&server->heartbeat, on_closed);
    uv_close((uv_handle_t *)&server->nudge, on_closed);
}

unsigned server_port(const struct server *server)
{
    return server->port;
}
