/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/runs/{id}/report: asks the history for all that was recorded of a run and answers
 * with a document.
 */
#include "daemon/status/api.h"
#include "daemon/status/report.h"
#include "daemon/store/history.h"

#include <microhttpd.h>
#include <stdlib.h>

enum {
    RECORDS_MAX = 10000
};

#define KIND(name) (UINT32_C(1) << RECORD_##name)

struct errand {
    struct request *request; /* NULL when the client has left */
    int64_t run_seq;
};

static void on_gone(void *owner)
{
    struct errand *errand = owner;

    errand->request = NULL;
}

static void answer(struct request *request, const struct report *report)
{
    struct text text;

    if (!report_find_run(report)) {
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "no run of this number; see /v1/runs");
        return;
    }
    text_init_heap(&text);
    report_print(report, &text);
    if (text.failed)
        request_refuse(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    else
        request_answer_document(request, text.data, text.length);
    text_done(&text);
}

static void on_answer(void *owner, int error, const struct record *records, size_t count)
{
    struct errand *errand = owner;
    const struct report report = {.run_seq = errand->run_seq,
                                  .records = records,
                                  .count = count,
                                  .limit = RECORDS_MAX};

    if (errand->request && error)
        request_refuse(errand->request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the history does not answer; see /healthz");
    else if (errand->request)
        answer(errand->request, &report);
    free(errand);
}

void api_show_report(const struct api *api, struct request *request,
                     const struct route_match *match)
{
    struct history_query query = {
        .kinds = KIND(RUN) | KIND(CYCLE) | KIND(TOOL) | KIND(THERMAL) | KIND(FEATURE) |
                 KIND(CAPABILITY) | KIND(EVENT) | KIND(GAP),
        .from_wall_ns = INT64_MIN,
        .until_wall_ns = INT64_MAX,
        .limit = RECORDS_MAX,
    };
    struct errand *errand;

    if (text_read_integer(match->parts[0], &query.run_seq) || query.run_seq < 1) {
        request_refuse(request, MHD_HTTP_BAD_REQUEST,
                       "a run is told by its number; see /v1/runs");
        return;
    }
    errand = calloc(1, sizeof(*errand));
    if (!errand) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    errand->request = request;
    errand->run_seq = query.run_seq;
    request_hold(request, errand, on_gone);
    if (history_ask(pipeline_store(api->site.pipeline), &query, errand, on_answer))
        on_answer(errand, -1, NULL, 0);
}
