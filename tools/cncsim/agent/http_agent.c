/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/http_agent.h"

#include "tools/cncsim/agent/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (256 * 1024) /* a part is one chunk, as agents have it */

struct http_agent {
    struct MHD_Daemon *daemon;
    struct agent *agent;
    const struct trouble *trouble;
    int64_t now_ns;
    uv_poll_t poll;
    uv_timer_t timer; /* libmicrohttpd's own time-outs */
    struct http_stream *streams;
    int open_handles;
};

/* A stream with its connection; lives until libmicrohttpd lets go of the response. */
struct http_stream {
    struct stream stream;
    struct http_agent *http;
    struct MHD_Connection *connection;
    uv_timer_t timer;
    bool suspended;
    struct http_stream *next, **link;
};

static void http_agent_run(struct http_agent *http);

static void on_stream_timer(uv_timer_t *timer)
{
    struct http_stream *stream = timer->data;

    if (!stream->suspended)
        return;
    if (!stream_compose(&stream->stream, (int64_t)uv_now(timer->loop))) {
        uv_timer_start(
            timer, on_stream_timer,
            (uint64_t)stream_pause_ms(&stream->stream, (int64_t)uv_now(timer->loop)), 0);
        return;
    }
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
    http_agent_run(stream->http);
}

static ssize_t on_stream_bytes(void *self, uint64_t position, char *bytes, size_t room)
{
    struct http_stream *stream = self;
    int64_t now_ms = (int64_t)uv_now(stream->timer.loop);
    ssize_t length;

    (void)position;
    (void)stream_compose(&stream->stream, now_ms);
    length = stream_read(&stream->stream, bytes, room);
    if (length < 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (length == 0) {
        MHD_suspend_connection(stream->connection);
        stream->suspended = true;
        uv_timer_start(&stream->timer, on_stream_timer,
                       (uint64_t)stream_pause_ms(&stream->stream, now_ms), 0);
    }
    return length;
}

static void on_stream_timer_closed(uv_handle_t *handle)
{
    struct http_stream *stream = handle->data;

    text_done(&stream->stream.pending);
    free(stream);
}

static void on_stream_free(void *self)
{
    struct http_stream *stream = self;

    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    uv_close((uv_handle_t *)&stream->timer, on_stream_timer_closed);
}

enum MHD_Result request_stream(struct request *request, const struct stream *wanted)
{
    struct http_agent *http = request->http;
    struct http_stream *stream = calloc(1, sizeof(*stream));
    bool is_old = http->agent->version < VERSION_2_0;
    struct MHD_Response *response;
    enum MHD_Result result;

    if (!stream)
        return MHD_NO;
    stream->stream = *wanted;
    stream->stream.agent = http->agent;
    stream->stream.trouble = http->trouble;
    stream->stream.now_ns = &http->now_ns;
    stream->stream.instance = http->agent->instance;
    text_init_heap(&stream->stream.pending);
    stream->http = http;
    stream->connection = request->connection;
    uv_timer_init(http->timer.loop, &stream->timer);
    stream->timer.data = stream;
    stream->next = http->streams;
    stream->link = &http->streams;
    if (stream->next)
        stream->next->link = &stream->next;
    http->streams = stream;
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE,
                                                 on_stream_bytes, stream, on_stream_free);
    if (!response) {
        on_stream_free(stream);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type",
                            is_old ? "multipart/x-mixed-replace;boundary=" STREAM_BOUNDARY
                                   : "multipart/mixed;boundary=" STREAM_BOUNDARY);
    MHD_add_response_header(response, "Connection", "close");
    result = MHD_queue_response(request->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *upload,
                                  size_t *upload_size, void **request_self)
{
    struct http_agent *http = self;
    struct request request = {
        .http = http, .agent = http->agent, .connection = connection, .path = url};
    size_t length = strcspn(url + 1, "/");

    (void)version;
    (void)upload;
    (void)request_self;
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(method, "GET") != 0)
        return request_refuse(&request, MHD_HTTP_BAD_REQUEST, "UNSUPPORTED",
                              "only GET is answered");
    if (length > 0 && agent_is(http->agent, url + 1, length))
        request.path = url[1 + length] ? url + 1 + length : "/probe";
    return request_route(&request);
}

static void on_daemon_timer(uv_timer_t *timer)
{
    http_agent_run(timer->data);
}

static void http_agent_run(struct http_agent *http)
{
    MHD_UNSIGNED_LONG_LONG timeout;

    MHD_run(http->daemon);
    if (MHD_get_timeout(http->daemon, &timeout) == MHD_YES)
        uv_timer_start(&http->timer, on_daemon_timer, timeout, 0);
    else
        uv_timer_stop(&http->timer);
}

static void on_daemon_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    http_agent_run(poll->data);
}

void http_agent_set_now(struct http_agent *http, int64_t now_ns)
{
    http->now_ns = now_ns;
}

void http_agent_end_streams(struct http_agent *http)
{
    for (struct http_stream *stream = http->streams; stream; stream = stream->next)
        uv_timer_start(&stream->timer, on_stream_timer, 0, 0);
}

int http_agent_port(const struct http_agent *http)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info ? info->port : 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_agent *http = handle->data;

    if (--http->open_handles == 0)
        free(http);
}

void http_agent_close(struct http_agent *http)
{
    if (!http)
        return;
    for (struct http_stream *stream = http->streams; stream; stream = stream->next) {
        uv_timer_stop(&stream->timer);
        stream->stream.ended = true;
        if (stream->suspended)
            MHD_resume_connection(stream->connection);
        stream->suspended = false;
    }
    uv_poll_stop(&http->poll);
    MHD_stop_daemon(http->daemon);
    uv_close((uv_handle_t *)&http->poll, on_handle_closed);
    uv_close((uv_handle_t *)&http->timer, on_handle_closed);
}

int http_agent_create(uv_loop_t *loop, const char *address, int port, struct agent *agent,
                      const struct trouble *trouble, struct http_agent **ret_http)
{
    struct http_agent *http = calloc(1, sizeof(*http));
    const union MHD_DaemonInfo *info;
    struct sockaddr_in where;

    if (!http)
        return -ENOMEM;
    *http = (struct http_agent){.agent = agent, .trouble = trouble, .open_handles = 2};
    if (uv_ip4_addr(address, port, &where) == 0)
        http->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, (uint16_t)port, NULL,
            NULL, on_request, http, MHD_OPTION_SOCK_ADDR, &where,
            MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
    if (!http->daemon) {
        free(http);
        return -EADDRINUSE;
    }
    info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    uv_poll_init(loop, &http->poll, info->epoll_fd);
    http->poll.data = http;
    uv_timer_init(loop, &http->timer);
    http->timer.data = http;
    uv_poll_start(&http->poll, UV_READABLE, on_daemon_ready);
    *ret_http = http;
    return 0;
}
