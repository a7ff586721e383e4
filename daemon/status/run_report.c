/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/runs/{id}/report: asks the history for all that was recorded of a run and answers
 * with a document.
 */
#include "daemon/status/api.h"
#include "daemon/status/held.h"
#include "daemon/status/report.h"
#include "daemon/store/history.h"

#include <microhttpd.h>

enum {
    RECORDS_MAX = 10000
};

#define KIND(name) (UINT32_C(1) << RECORD_##name)

/* Nothing when there is no such run. Reader thread. */
static void print(const struct history_query *query, const struct record *records,
                  size_t count, struct text *text)
{
    const struct report report = {.run_seq = query->run_seq,
                                  .records = records,
                                  .count = count,
                                  .limit = query->limit};

    if (report_find_run(&report))
        report_print(&report, text);
}

static void on_answer(void *owner, int error, struct history *history)
{
    struct request *request = held_end(owner);

    if (!request)
        return;
    if (error)
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the history does not answer; see /healthz");
    else if (history->text.length == 0 && !history->text.failed)
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "no run of this number; see /v1/runs");
    else
        request_give_document(request, &history->text);
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
        .print = print,
    };

    if (text_read_integer(match->parts[0], &query.run_seq) || query.run_seq < 1) {
        request_refuse(request, MHD_HTTP_BAD_REQUEST,
                       "a run is told by its number; see /v1/runs");
        return;
    }

    struct held *held = held_begin(request);
    if (held && history_ask(pipeline_store(api->site.pipeline), &query, held, on_answer))
        on_answer(held, -1, NULL);
}
