/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP server on the loop: libmicrohttpd in its external-epoll mode, watched by
 * uv_poll. Handlers run on the loop thread and either answer at once or hold the request
 * and answer later. Limits: 16 connections a client, 64 in all, 10 s of silence, 8 KiB of
 * headers, 64 KiB of body.
 */
#pragma once

#include "daemon/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct server;
struct request;
struct answer; /* a body that several requests share */

struct server_site {
    uv_loop_t *loop;
    void *owner;
    bool takes_commands; /* POST is allowed: the control socket */

    /* The request is whole. Answer or hold it before returning. */
    void (*handle)(void *owner, struct request *request);
};

/* `listen` is host:port, [v6]:port or unix:/path; the port may be 0. Returns negative
 * errno. */
int server_create(const struct server_site *site, const char *listen,
                  struct server **ret_server);

/* Open requests end unanswered; `closed` is called when the loop holds nothing of it. */
void server_close(struct server *server, void *owner, void (*closed)(void *owner));

/* The TCP port it listens on; 0 for a unix socket. */
unsigned server_port(const struct server *server);

const char *request_method(const struct request *request);
const char *request_path(const struct request *request);
const char *request_body(const struct request *request); /* "" when there was none */

/* A query parameter, decoded; NULL when absent, "" when it has no value. */
const char *request_query(const struct request *request, const char *name);

/* The user behind a unix socket's other end, "uid 1000"; "" for TCP. */
const char *request_user(const struct request *request);

/* `body` is copied. Each request is answered once; it is gone afterwards. */
void request_answer(struct request *request, unsigned status, const char *content_type,
                    const char *body, size_t length);

/* The same without a copy: takes the text's memory and leaves it empty. Memory that ran
 * out while it was written is a 500. */
void request_give(struct request *request, unsigned status, const char *content_type,
                  struct text *text);

/*
 * The same for several requests, again without a copy: NULL when memory ran out, also
 * while the text was written. Who reads slowly keeps it after answer_destroy().
 */
struct answer *answer_create(const char *content_type, struct text *text);
void answer_destroy(struct answer *answer);
void request_share(struct request *request, unsigned status, const struct answer *answer);

/* HTML that stands alone, with its own style and without scripts; as request_give(). */
void request_give_document(struct request *request, struct text *html);

/* {"error": sentence} with this status. */
void request_refuse(struct request *request, unsigned status, const char *sentence);

/*
 * Holds the request for a later request_answer(). `gone` is called if the client leaves
 * or the server closes before that; then it must not be answered any more.
 */
void request_hold(struct request *request, void *owner, void (*gone)(void *owner));

/*
 * Begins an endless answer of server-sent events; text comes by request_push(). `gone` is
 * called when the client has left. A client that does not read for 1 MiB is dropped.
 */
void request_stream(struct request *request, void *owner, void (*gone)(void *owner));
void request_push(struct request *request, const char *text, size_t length);
