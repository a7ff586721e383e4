/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the history: /v1/machines/{m}/{cycles,segments,…}, /v1/runs.
 */
#include "daemon/base/json.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"
#include "daemon/status/held.h"
#include "daemon/store/history.h"

#include <microhttpd.h>
#include <string.h>

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX = 10000,
    NEWEST_LIMIT = 2000 /* rows among which the newest of each name is looked for */
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
    {"runs",     KIND(RUN)                                      },
    {"archive",  KIND(ARCHIVE)                                  },
};

enum {
    EACH_MAX = 256
};

/* What tells records of one collection apart: their first tag that is not the place. */
static const char *name_of(const struct record *record)
{
    switch (record->kind) {
    case RECORD_TOOL:
        return record->tool.tool;
    case RECORD_THERMAL:
        return record->thermal.axis;
    case RECORD_FEATURE:
        return record->feature.feature;
    case RECORD_CAPABILITY:
        return record->capability.feature;
    case RECORD_ADVICE:
        return record->advice.feature;
    case RECORD_CHART:
        return record->chart.metric;
    default:
        return "";
    }
}

static void print_item(const struct record *record, struct text *list)
{
    text_add_char(list, list->length ? ',' : '[');
    record_print_json(record, list);
}

static void print_end(struct text *list)
{
    text_add(list, list->length ? "]" : "[]");
}

static void print_all(const struct history_query *query, const struct record *records,
                      size_t count, struct text *list)
{
    (void)query;
    for (size_t i = 0; i < count && !list->failed; i++)
        print_item(&records[i], list);
    print_end(list);
}

static bool is_met(const struct record *const *met, size_t count,
                   const struct record *record)
{
    for (size_t i = 0; i < count; i++)
        if (met[i]->kind == record->kind && strcmp(name_of(met[i]), name_of(record)) == 0)
            return true;
    return false;
}

/* Those of a name already met are left out. */
static void print_newest_each(const struct history_query *query,
                              const struct record *records, size_t count,
                              struct text *list)
{
    const struct record *met[EACH_MAX];
    size_t met_count = 0;

    (void)query;
    for (size_t i = 0; i < count && !list->failed; i++) {
        if (is_met(met, met_count, &records[i]))
            continue;
        if (met_count < EACH_MAX)
            met[met_count++] = &records[i];
        print_item(&records[i], list);
    }
    print_end(list);
}

static void on_answer(void *owner, int error, struct history *history)
{
    struct request *request = held_end(owner);

    if (!request)
        return;
    if (error)
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the history does not answer; see /healthz");
    else
        request_give(request, MHD_HTTP_OK, "application/json", &history->text);
}

/* ?from= and ?until= as RFC 3339, ?limit=, ?order=oldest, ?run=. Returns whether they
 * make sense. */
static bool read_query(struct request *request, struct history_query *query)
{
    const char *from = request_query(request, "from");
    const char *until = request_query(request, "until");
    const char *limit = request_query(request, "limit");
    const char *order = request_query(request, "order");
    const char *run = request_query(request, "run");
    int64_t count = LIMIT_DEFAULT;

    if (from && moment_parse(from, &query->from_wall_ns) < 0)
        return false;
    if (until && moment_parse(until, &query->until_wall_ns) < 0)
        return false;
    if (limit && (text_read_integer(limit, &count) || count < 1 || count > LIMIT_MAX))
        return false;
    if (order && strcmp(order, "oldest") != 0 && strcmp(order, "newest") != 0)
        return false;
    if (run && text_read_integer(run, &query->run_seq))
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
        .print = print_all,
    };

    if (!read_query(request, &query)) {
        request_refuse(
            request, MHD_HTTP_BAD_REQUEST,
            "from and until are times like 2026-01-31T14:00:00Z, limit is 1 to "
            "10000, order is newest or oldest, run is a number");
        return;
    }
    if (query.newest_first && request_query(request, "newest")) {
        query.print = print_newest_each;
        query.limit = NEWEST_LIMIT;
    }

    struct held *held = held_begin(request);
    if (held && history_ask(pipeline_store(api->site.pipeline), &query, held, on_answer))
        on_answer(held, -1, NULL);
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
        "charts, kpis, gaps, costs, runs, archive and signals");
}

void api_list_runs(const struct api *api, struct request *request,
                   const struct route_match *match)
{
    (void)match;
    ask(api, request, KIND(RUN), request_query(request, "machine"));
}
