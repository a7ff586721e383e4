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
#include "daemon/status/held.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX = 10000
};

/* Reader thread. */
static void print_letter(const struct letter *letter, size_t number, struct text *list)
{
    struct writer json;

    text_add_char(list, number ? ',' : '[');
    writer_init(&json, list);
    writer_begin_object(&json, NULL);
    writer_integer(&json, "id", letter->id);
    writer_string(&json, "sink", letter->sink);
    writer_time(&json, "t", letter->wall_ns);
    writer_time(&json, "refused", letter->at_ns);
    writer_string(&json, "reason", letter->reason);
    writer_verbatim(&json, "record",
                    letter->body && *letter->body ? letter->body : "null");
    writer_end_object(&json);
}

static void on_letters(void *owner, int error, struct text *list)
{
    struct request *request = held_end(owner);

    if (!request)
        return;
    if (error) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the store does not answer; see /healthz");
        return;
    }
    text_add(list, list->length ? "]" : "[]");
    request_give(request, MHD_HTTP_OK, "application/json", list);
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

    struct held *held = held_begin(request);
    if (held && store_list_letters(pipeline_store(api->site.pipeline),
                                   request_query(request, "sink"), (size_t)count,
                                   print_letter, held, on_letters))
        on_letters(held, -1, NULL);
}

static const char *const fates[] = {[LETTER_RETRY] = "retry", [LETTER_DROP] = "drop"};

static void on_settled(void *owner, int64_t count)
{
    struct request *request = held_end(owner);
    char answer[64];

    if (!request)
        return;
    if (count == 0 && request_query(request, "id")) {
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
    struct held *held = held_begin(request);

    if (held && courier_settle_letters(courier, id, fate, held, on_settled))
        request_refuse(held_end(held), MHD_HTTP_SERVICE_UNAVAILABLE,
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
