/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead letters: /v1/queue/letters lists what destinations refused, with their words;
 * POST /v1/queue/{sink}/letters/{retry|drop}?id= decides about them, on the control
 * socket only.
 */
#include "daemon/base/json.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX = 10000
};

/* One request waiting for the store. */
struct errand {
    struct request *request; /* NULL when the client has left */
    bool is_one;             /* one letter was named */
};

static void on_gone(void *owner)
{
    struct errand *errand = owner;

    errand->request = NULL;
}

static void print_letter(struct writer *json, const struct letter *letter)
{
    writer_begin_object(json, NULL);
    writer_integer(json, "id", letter->id);
    writer_string(json, "sink", letter->sink);
    writer_time(json, "t", letter->wall_ns);
    writer_time(json, "refused", letter->at_ns);
    writer_string(json, "reason", letter->reason);
    writer_verbatim(json, "record",
                    letter->body && *letter->body ? letter->body : "null");
    writer_end_object(json);
}

static void on_letters(void *owner, int error, const struct letter *letters, size_t count)
{
    struct errand *errand = owner;
    struct request *request = errand->request;
    struct text text;
    struct writer json;

    free(errand);
    if (!request)
        return;
    if (error) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the store does not answer; see /healthz");
        return;
    }
    text_init_heap(&text);
    writer_init(&json, &text);
    writer_begin_array(&json, NULL);
    for (size_t i = 0; i < count; i++)
        print_letter(&json, &letters[i]);
    writer_end_array(&json);
    if (text.failed)
        request_refuse(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    else
        request_answer(request, MHD_HTTP_OK, "application/json", text.data, text.length);
    text_done(&text);
}

void api_list_letters(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    const char *limit = request_query(request, "limit");
    int64_t count = LIMIT_DEFAULT;

    (void)match;
    if (limit && (text_read_integer(limit, &count) || count < 1 || count > LIMIT_MAX)) {
        request_refuse(request, MHD_HTTP_BAD_REQUEST, "limit is 1 to 10000");
        return;
    }
    struct errand *errand = calloc(1, sizeof(*errand));
    if (!errand) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    errand->request = request;
    request_hold(request, errand, on_gone);
    if (store_list_letters(pipeline_store(api->site.pipeline),
                           request_query(request, "sink"), (size_t)count, errand,
                           on_letters))
        on_letters(errand, -1, NULL, 0);
}

static const char *const fates[] = {[LETTER_RETRY] = "retry", [LETTER_DROP] = "drop"};

static void on_settled(void *owner, int64_t count)
{
    struct errand *errand = owner;
    struct request *request = errand->request;
    bool is_missing = errand->is_one && count == 0;
    char answer[64];

    free(errand);
    if (!request)
        return;
    if (is_missing) {
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "this sink has no dead letter of this id; see /v1/queue/letters");
        return;
    }
    int length =
        snprintf(answer, sizeof(answer), "{\"ok\":true,\"letters\":%" PRId64 "}", count);
    request_answer(request, MHD_HTTP_OK, "application/json", answer, (size_t)length);
}

static void settle(struct request *request, struct courier *courier, int64_t id,
                   enum letter_fate fate)
{
    struct errand *errand = calloc(1, sizeof(*errand));
    if (!errand) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    errand->is_one = id > 0;
    errand->request = request;
    request_hold(request, errand, on_gone);
    if (courier_settle_letters(courier, id, fate, errand, on_settled) == 0)
        return;
    free(errand);
    request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                   "the store cannot take it now; try again");
}

void api_settle_letters(const struct api *api, struct request *request,
                        const struct route_match *match)
{
    const char *id_text = request_query(request, "id");
    struct courier *courier =
        roster_find_courier(pipeline_roster(api->site.pipeline), match->parts[0]);
    int64_t id = 0;

    if (!courier) {
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "no sink of this name; see /v1/queue");
        return;
    }
    if (id_text && (text_read_integer(id_text, &id) || id < 1)) {
        request_refuse(request, MHD_HTTP_BAD_REQUEST,
                       "id is the number of a letter; without one all are meant");
        return;
    }
    for (size_t i = 0; i < sizeof(fates) / sizeof(*fates); i++) {
        if (strcmp(fates[i], match->parts[1]) == 0) {
            settle(request, courier, id, (enum letter_fate)i);
            return;
        }
    }
    request_refuse(request, MHD_HTTP_NOT_FOUND, "letters can be sent to retry or drop");
}
