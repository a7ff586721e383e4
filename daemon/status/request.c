/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/request.h"

#include "daemon/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    BODY_MAX = 65536,
    STREAM_MAX = 1 << 20,
    STREAM_BLOCK = 4096,
};

/* What a browser may do with an answer: the page, and a document that carries its own
 * style and runs nothing. */
enum policy {
    POLICY_PAGE,
    POLICY_DOCUMENT,
};

static const char *const policies[] = {
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
};

/* One request from its first header to its last byte. */
struct request {
    struct server *server;
    struct MHD_Connection *connection;
    char *path;
    char method[8];
    struct text body;
    bool is_whole, is_answered, is_suspended, is_stream;
    struct request *next, *previous; /* of the server's open requests */
    struct text pending;             /* of a stream: written, */
    size_t taken;                    /* and so much of it taken */
    char user[64];
    void *owner;
    void (*gone)(void *owner);
};

static void link_request(struct request *request)
{
    struct request **head = server_requests(request->server);

    request->next = *head;
    if (*head)
        (*head)->previous = request;
    *head = request;
}

static void unlink_request(struct request *request)
{
    struct request **head = server_requests(request->server);

    if (request->next)
        request->next->previous = request->previous;
    if (request->previous)
        request->previous->next = request->next;
    else
        *head = request->next;
}

void request_wake_all(struct request *first)
{
    for (struct request *request = first; request; request = request->next) {
        if (request->is_suspended)
            MHD_resume_connection(request->connection);
        request->is_suspended = false;
    }
}

static struct request *create(struct server *server, struct MHD_Connection *connection,
                              const char *url, const char *method)
{
    struct request *request = calloc(1, sizeof(*request));
    char *path = strdup(url);

    if (!request || !path) {
        free(request);
        free(path);
        return NULL;
    }
    request->server = server;
    request->connection = connection;
    request->path = path;
    (void)text_copy(request->method, sizeof(request->method), method);
    text_init_heap(&request->body);
    text_init_heap(&request->pending);
    link_request(request);
    return request;
}

static bool is_allowed(const struct request *request)
{
    if (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0)
        return true;
    return strcmp(request->method, "POST") == 0 &&
           server_site_of(request->server)->takes_commands;
}

static void handle(struct request *request)
{
    const struct server_site *site = server_site_of(request->server);

    request->is_whole = true;
    if (!is_allowed(request))
        request_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED,
                       "this is read only; commands go over the control socket");
    else if (request->body.length > BODY_MAX || request->body.failed)
        request_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE,
                       "the body is larger than 64 KiB");
    else
        site->handle(site->owner, request);

    if (!request->is_answered && !request->is_suspended) {
        request->is_suspended = true;
        MHD_suspend_connection(request->connection);
    }
}

enum MHD_Result request_on_access(void *owner, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *data_size, void **state)
{
    struct request *request = *state;

    (void)version;
    if (!request) {
        *state = create(owner, connection, url, method);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*data_size) {
        if (request->body.length <= BODY_MAX)
            text_add_bytes(&request->body, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    }
    if (!request->is_whole)
        handle(request);
    return MHD_YES;
}

void request_on_completed(void *owner, struct MHD_Connection *connection, void **state,
                          enum MHD_RequestTerminationCode code)
{
    struct request *request = *state;

    (void)owner;
    (void)connection;
    (void)code;
    if (!request)
        return;
    unlink_request(request);
    if (request->gone && (!request->is_answered || request->is_stream))
        request->gone(request->owner);
    text_done(&request->body);
    text_done(&request->pending);
    free(request->path);
    free(request);
    *state = NULL;
}

const char *request_method(const struct request *request)
{
    return request->method;
}

const char *request_path(const struct request *request)
{
    return request->path;
}

const char *request_body(const struct request *request)
{
    return request->body.data ? request->body.data : "";
}

const char *request_query(const struct request *request, const char *name)
{
    const char *value = NULL;
    size_t length = 0;

    if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &value, &length) != MHD_YES)
        return NULL;
    return value ? value : "";
}

const char *request_user(const struct request *request)
{
    struct request *writable = (struct request *)(uintptr_t)request;
    struct ucred peer;
    socklen_t length = sizeof(peer);
    const union MHD_ConnectionInfo *info;

    if (!server_is_unix(request->server))
        return "";
    info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info ||
        getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return "";

    (void)snprintf(writable->user, sizeof(writable->user), "uid %u", peer.uid);
    return request->user;
}

static struct MHD_Response *make_response(const char *content_type, enum policy policy,
                                          struct MHD_Response *response)
{
    if (!response)
        return NULL;
    (void)MHD_add_response_header(response, "Content-Type", content_type);
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    (void)MHD_add_response_header(response, "Content-Security-Policy", policies[policy]);
    return response;
}

/* A held connection goes on in the next turn. */
static void wake(struct request *request)
{
    if (!request->is_suspended)
        return;
    request->is_suspended = false;
    MHD_resume_connection(request->connection);
    server_nudge(request->server);
}

static void queue(struct request *request, unsigned status, struct MHD_Response *response)
{
    request->is_answered = true;
    if (response)
        (void)MHD_queue_response(request->connection, status, response);
    wake(request);
}

void request_answer(struct request *request, unsigned status, const char *content_type,
                    const char *body, size_t length)
{
    struct MHD_Response *response =
        make_response(content_type, POLICY_PAGE,
                      MHD_create_response_from_buffer(length, (void *)(uintptr_t)body,
                                                      MHD_RESPMEM_MUST_COPY));

    queue(request, status, response);
    if (response)
        MHD_destroy_response(response);
}

/* Takes the text's memory, also when there is not enough of it. */
static struct MHD_Response *take_text(const char *content_type, enum policy policy,
                                      struct text *text)
{
    struct MHD_Response *response = NULL;

    if (!text->failed)
        response = MHD_create_response_from_buffer(text->length, text->data,
                                                   MHD_RESPMEM_MUST_FREE);
    if (response)
        text_init_heap(text);
    else
        text_done(text);
    return make_response(content_type, policy, response);
}

static void give(struct request *request, unsigned status, const char *content_type,
                 enum policy policy, struct text *text)
{
    struct MHD_Response *response = take_text(content_type, policy, text);

    if (!response) {
        request_refuse(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
        return;
    }
    queue(request, status, response);
    MHD_destroy_response(response);
}

void request_give(struct request *request, unsigned status, const char *content_type,
                  struct text *text)
{
    give(request, status, content_type, POLICY_PAGE, text);
}

void request_give_document(struct request *request, struct text *html)
{
    give(request, MHD_HTTP_OK, "text/html; charset=utf-8", POLICY_DOCUMENT, html);
}

/* An answer is microhttpd's response, under a name that others can hold. */
struct answer *answer_create(const char *content_type, struct text *text)
{
    return (struct answer *)take_text(content_type, POLICY_PAGE, text);
}

void answer_destroy(struct answer *answer)
{
    if (answer)
        MHD_destroy_response((struct MHD_Response *)answer);
}

void request_share(struct request *request, unsigned status, const struct answer *answer)
{
    queue(request, status, (struct MHD_Response *)(uintptr_t)answer);
}

void request_refuse(struct request *request, unsigned status, const char *sentence)
{
    struct text text;
    struct writer json;

    text_init_heap(&text);
    writer_init(&json, &text);
    writer_begin_object(&json, NULL);
    writer_string(&json, "error", sentence);
    writer_end_object(&json);
    request_answer(request, status, "application/json", text.data ? text.data : "",
                   text.length);
    text_done(&text);
}

void request_hold(struct request *request, void *owner, void (*gone)(void *owner))
{
    request->owner = owner;
    request->gone = gone;
}

/* Microhttpd asks for more of a stream; with nothing to say the connection sleeps. */
static ssize_t on_more(void *owner, uint64_t position, char *buffer, size_t capacity)
{
    struct request *request = owner;
    struct text *pending = &request->pending;
    size_t rest = pending->length - request->taken;
    size_t length = rest < capacity ? rest : capacity;

    (void)position;
    if (pending->failed || rest > STREAM_MAX)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (length == 0) {
        request->is_suspended = true;
        MHD_suspend_connection(request->connection);
        return 0;
    }
    memcpy(buffer, pending->data + request->taken, length);
    request->taken += length;
    return (ssize_t)length;
}

void request_stream(struct request *request, void *owner, void (*gone)(void *owner))
{
    struct MHD_Response *response =
        make_response("text/event-stream", POLICY_PAGE,
                      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
                                                        on_more, request, NULL));

    request->owner = owner;
    request->gone = gone;
    request->is_stream = true;
    text_add(&request->pending, ": spindled\n\n");
    (void)MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                    0U);
    queue(request, MHD_HTTP_OK, response);
    if (response)
        MHD_destroy_response(response);
}

void request_beat_all(struct request *first)
{
    for (struct request *request = first; request; request = request->next)
        if (request->is_stream)
            request_push(request, ":\n\n", 3);
}

void request_push(struct request *request, const char *text, size_t length)
{
    struct text *pending = &request->pending;
    size_t rest = pending->length - request->taken;

    if (request->taken >
        rest) { /* what was taken makes room: a byte moves once at most */
        memmove(pending->data, pending->data + request->taken, rest + 1);
        pending->length = rest;
        request->taken = 0;
    }
    text_add_bytes(pending, text, length);
    wake(request);
}
