/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the history: /v1/machines/{m}/{cycles,segments,…}, /v1/runs.
 */
#include "daemon/base/json.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"
#include "daemon/store/history.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX = 10000
};

#define KIND(name) (UINT32_C(1) << RECORD_##name)

static const struct {
    const char *name;
    uint32_t kinds;
} collections[] = {
    {"cycles",   KIND(CYCLE)                                    },
    {"segments", KIND(SEGMENT)                                  },
    {"tools",    KIND(TOOL)                                     },
    {"thermal",  KIND(THERMAL)                                  },
    {"quality",  KIND(FEATURE) | KIND(CAPABILITY) | KIND(ADVICE)},
    {"events",   KIND(EVENT)                                    },
    {"states",   KIND(STATE)                                    },
    {"charts",   KIND(CHART)                                    },
    {"kpis",     KIND(KPI)                                      },
    {"gaps",     KIND(GAP)                                      },
    {"costs",    KIND(COST)                                     },
};

/* One request waiting for the reader. */
struct question {
    struct request *request; /* NULL when the client has left */
};

static void on_gone(void *owner)
{
    struct question *question = owner;

    question->request = NULL;
}

static void on_answer(void *owner, int error, const struct record *records, size_t count)
{
    struct question *question = owner;
    struct text text;

    if (!question->request) {
        free(question);
        return;
    }
    if (error) {
        request_refuse(question->request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the history does not answer; see /healthz");
        free(question);
        return;
    }
    text_init_heap(&text);
    text_add_char(&text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add_char(&text, ',');
        record_print_json(&records[i], &text);
    }
    text_add_char(&text, ']');
    if (text.failed)
        request_refuse(question->request, MHD_HTTP_INTERNAL_SERVER_ERROR,
                       "out of memory");
    else
        request_answer(question->request, MHD_HTTP_OK, "application/json", text.data,
                       text.length);
    text_done(&text);
    free(question);
}

/* ?from= and ?until= as RFC 3339, ?limit=, ?order=oldest. Returns whether they make
 * sense. */
static bool read_query(struct request *request, struct history_query *query)
{
    const char *from = request_query(request, "from");
    const char *until = request_query(request, "until");
    const char *limit = request_query(request, "limit");
    const char *order = request_query(request, "order");
    int64_t count = LIMIT_DEFAULT;

    if (from && moment_parse(from, &query->from_wall_ns) < 0)
        return false;
    if (until && moment_parse(until, &query->until_wall_ns) < 0)
        return false;
    if (limit && (text_read_integer(limit, &count) || count < 1 || count > LIMIT_MAX))
        return false;
    if (order && strcmp(order, "oldest") != 0 && strcmp(order, "newest") != 0)
        return false;
    query->limit = (size_t)count;
    query->newest_first = !order || strcmp(order, "newest") == 0;
    return true;
}

static void ask(const struct api *api, struct request *request, uint32_t kinds,
                const char *machine)
{
    struct history_query query = {
        .kinds = kinds,
        .machine = machine,
        .from_wall_ns = INT64_MIN,
        .until_wall_ns = INT64_MAX,
        .run_seq = RECORD_UNKNOWN,
    };

    if (!read_query(request, &query)) {
        request_refuse(
            request, MHD_HTTP_BAD_REQUEST,
            "from and until are times like 2026-01-31T14:00:00Z, limit is 1 to "
            "10000, order is newest or oldest");
        return;
    }
    struct question *question = calloc(1, sizeof(*question));
    if (!question) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    question->request = request;
    request_hold(request, question, on_gone);
    if (history_ask(pipeline_store(api->site.pipeline), &query, question, on_answer))
        on_answer(question, -1, NULL, 0);
}

void api_list_records(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    if (!roster_find_station(pipeline_roster(api->site.pipeline), match->parts[0])) {
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "no machine of this name; see /v1/machines");
        return;
    }
    for (size_t i = 0; i < sizeof(collections) / sizeof(*collections); i++) {
        if (strcmp(collections[i].name, match->parts[1]) == 0) {
            ask(api, request, collections[i].kinds, match->parts[0]);
            return;
        }
    }
    request_refuse(
        request, MHD_HTTP_NOT_FOUND,
        "a machine has cycles, segments, tools, thermal, quality, events, states, "
        "charts, kpis, gaps, costs and signals");
}

void api_list_runs(const struct api *api, struct request *request,
                   const struct route_match *match)
{
    (void)match;
    ask(api, request, KIND(RUN), request_query(request, "machine"));
}
