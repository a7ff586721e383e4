/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/fetch.h"

#include "daemon/base/moment.h"
#include "daemon/loop/http.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#define ANSWER_NS        (30 * NS_PER_S)
#define DOCUMENT_MAX     (64u << 20)
#define STATUS_NOT_FOUND 404

struct fetch {
    struct http *http;
    struct text *document;
    char *sentence;
    int error;
};

static void on_closed(void *owner)
{
    (void)owner;
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct fetch *fetch = owner;

    text_add_bytes(fetch->document, bytes, length);
    return fetch->document->failed ? -ENOMEM : 0;
}

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct fetch *fetch = owner;

    fetch->error = outcome->error;
    if (outcome->error)
        (void)text_copy(fetch->sentence, 256, outcome->reason);
    if (!outcome->error && outcome->status >= 300) {
        fetch->error = outcome->status == STATUS_NOT_FOUND ? -ENOENT : -EPROTO;
        (void)snprintf(fetch->sentence, 256, "HTTP status %ld", outcome->status);
    }
    http_close(fetch->http, fetch, on_closed);
}

int fetch_document(const char *url, struct text *document, char reterr_sentence[256])
{
    struct fetch fetch = {.document = document, .sentence = reterr_sentence};
    const struct http_request request = {
        .url = url,
        .total_ns = ANSWER_NS,
        .max_bytes = DOCUMENT_MAX,
        .owner = &fetch,
        .on_bytes = on_bytes,
        .on_done = on_done,
    };
    uv_loop_t loop;

    (void)text_copy(reterr_sentence, 256, "this address can never work");
    if (uv_loop_init(&loop))
        return -ENOMEM;
    fetch.error = http_create(&loop, &fetch.http);
    if (!fetch.error) {
        fetch.error = http_start(fetch.http, &request, NULL);
        if (fetch.error)
            http_close(fetch.http, &fetch, on_closed);
    }
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&loop);
    assert(left == 0);
    (void)left;
    return fetch.error;
}
