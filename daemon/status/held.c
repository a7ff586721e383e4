/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/held.h"

#include <microhttpd.h>
#include <stdlib.h>

struct held {
    struct request *request;
};

static void on_gone(void *owner)
{
    struct held *held = owner;

    held->request = NULL;
}

struct held *held_begin(struct request *request)
{
    struct held *held = calloc(1, sizeof(*held));

    if (!held) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return NULL;
    }
    held->request = request;
    request_hold(request, held, on_gone);
    return held;
}

struct request *held_end(struct held *held)
{
    struct request *request = held->request;

    free(held);
    return request;
}
