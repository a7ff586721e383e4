/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transfer of daemon/loop/http.c: a request turned into curl's options, and curl's
 * way of ending turned into an outcome. Loop thread; owned by its struct http.
 */
#pragma once

#include "daemon/loop/http.h"

#include <curl/curl.h>

struct http_transfer {
    struct http *http;
    struct http_transfer *next, *previous;
    uv_loop_t *loop;
    CURL *easy;
    struct curl_slist *headers;
    struct http_request request; /* its strings and body are not kept here */
    bool is_added;               /* curl has it */
    bool is_cancelled;
    bool is_done;
    bool is_suspect; /* was silent too long at the last look */
    bool is_told;    /* on_status was called */
    int error;       /* ours, stronger than curl's */
    int64_t heard_ms;
    uint64_t rested; /* since when it rests: number of the rest, 0 = it does not */
    size_t header_bytes, body_bytes;
    char words[CURL_ERROR_SIZE];
};

/* Whether this turn has read enough; what is there is read in the next one. */
bool http_rests(struct http *http, struct http_transfer *transfer);

int http_transfer_create(const struct http_request *request, uv_loop_t *loop,
                         struct http_transfer **ret_transfer);
void http_transfer_destroy(struct http_transfer *transfer);

/* When it will have been silent too long, in uv_now()'s milliseconds; INT64_MAX = never.
 */
int64_t http_transfer_due_ms(const struct http_transfer *transfer);

/* `reason` points into the transfer or to constant text. */
void http_transfer_conclude(struct http_transfer *transfer, CURLcode code,
                            struct http_outcome *ret_outcome);
