/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_COUNT     100
#define DEFAULT_HEARTBEAT 10000

static enum MHD_Result request_respond(struct request *request, unsigned status,
                                       struct MHD_Response *response)
{
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result request_answer(struct request *request, unsigned status,
                                      struct text *document)
{
    bool is_old = request->agent->version < VERSION_2_0;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        document->length, document->data, MHD_RESPMEM_MUST_FREE);

    if (response)
        MHD_add_response_header(response, "Content-Type",
                                is_old ? "text/xml" : "application/xml");
    return request_respond(request, is_old ? MHD_HTTP_OK : status, response);
}

enum MHD_Result request_refuse(struct request *request, unsigned status, const char *code,
                               const char *words)
{
    struct text document;

    text_init_heap(&document);
    agent_print_error(request->agent, code, words, &document);
    return request_answer(request, status, &document);
}

static const char *request_parameter(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Returns 0, or -EINVAL when it is there and no number. */
static int request_number(const struct request *request, const char *name,
                          uint64_t *ret_number)
{
    const char *value = request_parameter(request, name);
    char *end;

    if (!value)
        return 0;
    *ret_number = strtoull(value, &end, 10);
    return *value && *end == '\0' ? 0 : -EINVAL;
}

static enum MHD_Result answer_probe(struct request *request)
{
    struct text document;

    text_init_heap(&document);
    agent_print_probe(request->agent, &document);
    return request_answer(request, MHD_HTTP_OK, &document);
}

static enum MHD_Result answer_current(struct request *request)
{
    struct stream stream = {.is_current = true, .heartbeat_ms = DEFAULT_HEARTBEAT};
    uint64_t interval = 0;
    struct text document;

    if (request_parameter(request, "interval")) {
        if (request_number(request, "interval", &interval) < 0)
            return request_refuse(request, MHD_HTTP_BAD_REQUEST, "INVALID_REQUEST",
                                  "'interval' must be a number");
        stream.interval_ms = (int64_t)interval;
        return request_stream(request, &stream);
    }
    text_init_heap(&document);
    agent_print_current(request->agent, &document);
    return request_answer(request, MHD_HTTP_OK, &document);
}

static enum MHD_Result answer_sample(struct request *request)
{
    const struct agent *agent = request->agent;
    uint64_t from = agent->oldest, count = DEFAULT_COUNT;
    uint64_t interval = 0, heartbeat = DEFAULT_HEARTBEAT, next;
    struct text document;

    if (request_number(request, "from", &from) < 0 ||
        request_number(request, "count", &count) < 0 ||
        request_number(request, "interval", &interval) < 0 ||
        request_number(request, "heartbeat", &heartbeat) < 0)
        return request_refuse(request, MHD_HTTP_BAD_REQUEST,
                              agent->version < VERSION_2_0 ? "OUT_OF_RANGE"
                                                           : "INVALID_PARAMETER_VALUE",
                              "a parameter is not a number");
    if (from < agent->oldest || from > agent->next)
        return request_refuse(request, MHD_HTTP_BAD_REQUEST, "OUT_OF_RANGE",
                              "'from' must be between firstSequence and nextSequence");
    if (count == 0 || count > agent->capacity)
        return request_refuse(request, MHD_HTTP_BAD_REQUEST, "OUT_OF_RANGE",
                              "'count' must be between 1 and bufferSize");
    if (request_parameter(request, "interval")) {
        struct stream stream = {.next = from,
                                .count = count,
                                .interval_ms = (int64_t)interval,
                                .heartbeat_ms = (int64_t)heartbeat};

        return request_stream(request, &stream);
    }
    text_init_heap(&document);
    agent_print_sample(agent, from, count, &document, &next);
    return request_answer(request, MHD_HTTP_OK, &document);
}

static enum MHD_Result answer_assets(struct request *request)
{
    const char *asset = NULL;
    struct text document;

    if (strncmp(request->path, "/asset/", 7) == 0)
        asset = request->path + 7;
    if (asset && !agent_has_asset(request->agent, asset))
        return request_refuse(request, MHD_HTTP_NOT_FOUND, "ASSET_NOT_FOUND",
                              "there is no such asset");
    text_init_heap(&document);
    agent_print_assets(request->agent, asset, &document);
    return request_answer(request, MHD_HTTP_OK, &document);
}

static const struct {
    const char *path; /* one that ends with / takes what follows */
    enum MHD_Result (*answer)(struct request *request);
} answers[] = {
    {"/",        answer_probe  },
    {"/probe",   answer_probe  },
    {"/current", answer_current},
    {"/sample",  answer_sample },
    {"/assets",  answer_assets },
    {"/asset/",  answer_assets },
};

enum MHD_Result request_route(struct request *request)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        size_t length = strlen(answers[i].path);
        bool takes_more = length > 1 && answers[i].path[length - 1] == '/';

        if (takes_more ? strncmp(request->path, answers[i].path, length) == 0
                       : strcmp(request->path, answers[i].path) == 0)
            return answers[i].answer(request);
    }
    return request_refuse(request, MHD_HTTP_NOT_FOUND, "NO_DEVICE",
                          "there is no such device or request");
}
