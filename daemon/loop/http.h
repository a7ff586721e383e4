/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on the loop: libcurl's multi interface driven by uv_poll and uv_timer.
 *
 * Names are resolved by curl's own resolver thread, so nothing here blocks. Redirects are
 * refused, only http and https are spoken, certificates and names are verified unless
 * `insecure` is set. Everything on the loop thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct http_transfer;

/* How a transfer ended. */
struct http_outcome {
    int error;          /* 0, or negative errno: -ETIMEDOUT, -ECONNREFUSED, -EHOSTUNREACH,
                           -EPROTO (not HTTP, cut short), -EACCES (TLS not trusted),
                           -EMSGSIZE (more than max_bytes), -EIO; or what on_bytes returned */
    long status;        /* HTTP status; 0 when there was none */
    const char *reason; /* one sentence for people: "connection refused" */
    bool is_first;      /* of its connection: what was there before is gone */
};

struct http_request {
    const char *method; /* NULL = GET, or POST when there is a body */
    const char *url;
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    const void *body;           /* borrowed until the transfer ends */
    size_t body_length;
    const char *user, *password; /* basic authentication; may be NULL */
    const char *ca_file, *certificate_file, *key_file; /* may be NULL */
    bool insecure;                                     /* do not verify TLS */

    int64_t connect_ns; /* 0 = 5 s */
    int64_t total_ns;   /* 0 = no limit (streams) */
    int64_t silence_ns; /* no byte for this long ends it with -ETIMEDOUT; 0 = no limit */
    size_t max_bytes;   /* of the answer's body; 0 = no limit (streams) */

    void *owner;
    /* Each header line of the answer; may be NULL. */
    void (*on_header)(void *owner, const char *name, const char *value);
    /* The status is known, the headers are through; may be NULL. */
    void (*on_status)(void *owner, long status);
    /* Bytes as they come; a negative errno ends the transfer with it. May be NULL. */
    int (*on_bytes)(void *owner, const char *bytes, size_t length);
    /* Exactly once, unless cancelled. The transfer is gone when it returns. */
    void (*on_done)(void *owner, const struct http_outcome *outcome);
};

int http_create(uv_loop_t *loop, struct http **ret_http);

/* Has this turn of the loop worked long enough? What else is long waits for the next. */
bool http_turn_is_long(struct http *http);

/* Cancels what runs; `closed` is called when the loop holds nothing of it any more. */
void http_close(struct http *http, void *owner, void (*closed)(void *owner));

/*
 * Returns 0, -EINVAL for an url that can never work, -ENOMEM, or -ECANCELED while
 * closing. Strings are copied. `ret_transfer` may be NULL.
 */
int http_start(struct http *http, const struct http_request *request,
               struct http_transfer **ret_transfer);

/* No callback after this. Accepts NULL. May be called from any of its callbacks. */
void http_cancel(struct http_transfer *transfer);
