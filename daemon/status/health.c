/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /healthz: 200 only if the loop, the store, the configuration and every machine link are
 * as they should be, else 503 with reasons. Remarks are of links that work, but not as
 * they might.
 * /v1/queue: what is still owed to each sink, and the ledger.
 */
#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"

#include <microhttpd.h>

/* A turn this long means that something blocked. */
#define PAUSE_LIMIT_S 1.0

struct verdicts {
    struct writer json;
    size_t reasons;
};

static void blame(struct verdicts *verdicts, const char *what, const char *why)
{
    struct text sentence;
    char array[512];

    text_init_fixed(&sentence, array, sizeof(array));
    text_add(&sentence, what);
    text_add(&sentence, ": ");
    text_add(&sentence, why);
    writer_string(&verdicts->json, NULL, array);
    verdicts->reasons++;
}

static void judge_machines(struct verdicts *verdicts, const struct roster *roster)
{
    for (size_t i = 0; i < roster_place_count(roster); i++) {
        const struct station *station = roster_station(roster, i);

        for (size_t link = 0; station && link < station_link_count(station); link++) {
            struct link_health health;

            station_describe_link(station, link, &health);
            if (!health.linked)
                blame(verdicts, station_settings(station)->name,
                      *health.trouble ? health.trouble : "not linked");
        }
    }
}

static void judge(struct verdicts *verdicts, const struct api *api)
{
    struct pipeline_health pipeline;
    struct store_health store;

    pipeline_describe(api->site.pipeline, &pipeline);
    store_describe(pipeline_store(api->site.pipeline), &store);
    if (pipeline.loop_max_s > PAUSE_LIMIT_S)
        blame(verdicts, "loop", "a turn took longer than 1 s");
    if (*pipeline.configuration)
        blame(verdicts, "configuration", pipeline.configuration);
    if (*status_trouble(api->status))
        blame(verdicts, "page", status_trouble(api->status));
    if (store.is_degraded)
        blame(verdicts, "store", store.trouble);
    judge_machines(verdicts, pipeline_roster(api->site.pipeline));
}

static void remark_on_machines(struct writer *json, const struct roster *roster)
{
    for (size_t i = 0; i < roster_place_count(roster); i++) {
        const struct station *station = roster_station(roster, i);

        for (size_t link = 0; station && link < station_link_count(station); link++) {
            struct link_health health;
            struct verdicts remarks = {.json = *json};

            station_describe_link(station, link, &health);
            if (health.linked && *health.trouble)
                blame(&remarks, station_settings(station)->name, health.trouble);
            *json = remarks.json;
        }
    }
}

void api_show_health(const struct api *api, struct request *request,
                     const struct route_match *match)
{
    struct text text;
    struct verdicts verdicts = {.reasons = 0};

    (void)match;
    text_init_heap(&text);
    writer_init(&verdicts.json, &text);
    writer_begin_object(&verdicts.json, NULL);
    writer_begin_array(&verdicts.json, "reasons");
    judge(&verdicts, api);
    writer_end_array(&verdicts.json);
    writer_begin_array(&verdicts.json, "remarks");
    remark_on_machines(&verdicts.json, pipeline_roster(api->site.pipeline));
    writer_end_array(&verdicts.json);
    writer_flag(&verdicts.json, "ok", verdicts.reasons == 0);
    writer_end_object(&verdicts.json);
    request_give(request, verdicts.reasons ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK,
                 "application/json", &text);
}

static void print_queue(struct writer *json, const struct courier_health *health,
                        struct moment now)
{
    const struct ledger *ledger = &health->queue.ledger;

    writer_begin_object(json, NULL);
    writer_string(json, "sink", health->name);
    writer_string(json, "kind", health->kind);
    writer_string(json, "address", health->sink.address);
    writer_flag(json, "linked", health->sink.linked);
    writer_flag(json, "has_backlog", health->has_backlog);
    writer_integer(json, "pending_rows", ledger->pending_rows);
    writer_integer(json, "pending_values", ledger->pending);
    writer_integer(json, "pending_bytes", ledger->pending_bytes);
    writer_number(json, "oldest_s",
                  health->queue.oldest_wall_ns
                      ? (double)(now.wall_ns - health->queue.oldest_wall_ns) /
                            (double)NS_PER_S
                      : 0.0);
    writer_number(json, "rows_per_s", health->rows_per_s);
    writer_integer(json, "dead_letters", health->queue.letters);
    writer_begin_object(json, "ledger");
    for (int account = 0; account < LEDGER_ACCOUNTS; account++)
        writer_integer(json, ledger_names[account], ledger->values[account]);
    writer_flag(json, "closes", ledger_closes(ledger));
    writer_end_object(json);
    writer_string(json, "trouble",
                  *health->trouble ? health->trouble : health->sink.trouble);
    writer_end_object(json);
}

void api_show_queue(const struct api *api, struct request *request,
                    const struct route_match *match)
{
    const struct roster *roster = pipeline_roster(api->site.pipeline);
    struct store_health store;
    struct text text;
    struct writer json;

    (void)match;
    store_describe(pipeline_store(api->site.pipeline), &store);
    text_init_heap(&text);
    writer_init(&json, &text);
    writer_begin_object(&json, NULL);
    writer_begin_object(&json, "store");
    writer_integer(&json, "rows", store.rows);
    writer_integer(&json, "bytes", store.bytes);
    writer_integer(&json, "last_id", store.last_id);
    writer_integer(&json, "unwritten", store.unwritten);
    writer_number(&json, "commit_max", store.commit_max_s);
    writer_string(&json, "trouble", store.trouble);
    writer_end_object(&json);
    writer_begin_array(&json, "sinks");
    for (size_t i = 0; i < roster_courier_count(roster); i++) {
        struct courier_health health;

        courier_describe(roster_courier(roster, i), &health);
        print_queue(&json, &health, clock_now());
    }
    writer_end_array(&json);
    writer_end_object(&json);
    request_give(request, MHD_HTTP_OK, "application/json", &text);
}
