/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics in Prometheus' text format: one table of rows a family of numbers.
 */
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"

#include <math.h>
#include <microhttpd.h>
#include <stddef.h>

enum metric_type {
    COUNTER,
    GAUGE
};

enum member_type {
    IS_INTEGER, /* int64_t */
    IS_NUMBER,  /* double */
    IS_FLAG,    /* bool, 1 while it is true: what an alert is made from */
};

struct metric {
    const char *name, *help;
    enum metric_type type;
    enum member_type member;
    size_t offset;
};

#define INTEGER(record, field, type, name, help)                     \
    {                                                                \
        name, help, type, IS_INTEGER, offsetof(struct record, field) \
    }
#define NUMBER(record, field, type, name, help)                     \
    {                                                               \
        name, help, type, IS_NUMBER, offsetof(struct record, field) \
    }
#define FLAG(record, field, type, name, help)                     \
    {                                                             \
        name, help, type, IS_FLAG, offsetof(struct record, field) \
    }

static const struct metric link_metrics[] = {
    FLAG(link_health, linked, GAUGE, "spindled_link_up",
         "the connection to the source stands"),
    INTEGER(link_health, asked, COUNTER, "spindled_link_asked_total", "requests sent"),
    INTEGER(link_health, answered, COUNTER, "spindled_link_answered_total",
            "requests answered"),
    INTEGER(link_health, timeouts, COUNTER, "spindled_link_timeouts_total",
            "no answer in time"),
    INTEGER(link_health, refused, COUNTER, "spindled_link_refused_total",
            "exceptions and error documents"),
    INTEGER(link_health, malformed, COUNTER, "spindled_link_malformed_total",
            "frames and documents thrown away"),
    INTEGER(link_health, reconnects, COUNTER, "spindled_link_reconnects_total",
            "connections made"),
    INTEGER(link_health, samples, COUNTER, "spindled_link_samples_total", "values heard"),
    INTEGER(link_health, lost, COUNTER, "spindled_link_lost_total",
            "observations known to be lost"),
    NUMBER(link_health, latency_p99_s, GAUGE, "spindled_link_latency_p99_seconds",
           "99th percentile of the answer time"),
    NUMBER(link_health, clock_offset_s, GAUGE, "spindled_link_clock_offset_seconds",
           "the source's clock behind ours"),
};

static const struct metric reception_metrics[] = {
    INTEGER(reception, observed, COUNTER, "spindled_observed_total", "values received"),
    INTEGER(reception, stored, COUNTER, "spindled_archived_total",
            "values kept in the history"),
    INTEGER(reception, unchanged, COUNTER, "spindled_unchanged_total",
            "values that said nothing new, not kept"),
    INTEGER(reception, dropped, COUNTER, "spindled_not_archived_total",
            "values the store could not take"),
    INTEGER(reception, gap, COUNTER, "spindled_gap_total",
            "observations that never came"),
};

static const struct metric store_metrics[] = {
    INTEGER(store_health, rows, GAUGE, "spindled_store_rows", "rows in the store"),
    INTEGER(store_health, bytes, GAUGE, "spindled_store_bytes", "size of the store"),
    INTEGER(store_health, unwritten, GAUGE, "spindled_store_unwritten",
            "rows taken and not yet on disk"),
    INTEGER(store_health, commits, COUNTER, "spindled_store_commits_total", "commits"),
    NUMBER(store_health, commit_max_s, GAUGE, "spindled_store_commit_max_seconds",
           "the longest commit"),
};

static const struct metric pipeline_metrics[] = {
    NUMBER(pipeline_health, loop_max_s, GAUGE, "spindled_loop_max_seconds",
           "the longest turn of the loop in the last minute"),
    NUMBER(pipeline_health, loop_cpu_max_s, GAUGE, "spindled_loop_cpu_max_seconds",
           "the most CPU time that one turn of the loop took in the last minute"),
    NUMBER(pipeline_health, uptime_s, GAUGE, "spindled_uptime_seconds",
           "since the start"),
    INTEGER(pipeline_health, records, COUNTER, "spindled_records_total", "records made"),
    INTEGER(pipeline_health, dropped, COUNTER, "spindled_records_dropped_total",
            "records the store could not take"),
};

static const struct metric queue_metrics[] = {
    INTEGER(courier_health, queue.ledger.pending, GAUGE, "spindled_queue_values",
            "values still owed"),
    INTEGER(courier_health, queue.ledger.pending_rows, GAUGE, "spindled_queue_rows",
            "rows still owed"),
    INTEGER(courier_health, queue.ledger.pending_bytes, GAUGE, "spindled_queue_bytes",
            "bytes still owed"),
    INTEGER(courier_health, queue.letters, GAUGE, "spindled_dead_letters",
            "refused rows"),
    INTEGER(courier_health, batches, COUNTER, "spindled_sink_batches_total",
            "batches settled"),
    INTEGER(courier_health, retries, COUNTER, "spindled_sink_retries_total",
            "batches to be sent again"),
    NUMBER(courier_health, rows_per_s, GAUGE, "spindled_sink_rows_per_second",
           "rows delivered"),
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void print_label(struct text *text, const char *value)
{
    for (; *value; value++) {
        if (*value == '"' || *value == '\\' || *value == '\n')
            text_add_char(text, '\\');
        text_add_char(text, *value == '\n' ? 'n' : *value);
    }
}

static void print_head(struct text *text, const struct metric *metric)
{
    text_add_format(text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                    metric->name, metric->type == COUNTER ? "counter" : "gauge");
}

/* Labels are name, value pairs; NULL ends them. What is not known is left out. */
static void print_value(struct text *text, const struct metric *metric,
                        const void *record, const char *const *labels)
{
    const void *member = (const char *)record + metric->offset;

    if (metric->member == IS_NUMBER && !isfinite(*(const double *)member))
        return;
    text_add(text, metric->name);
    for (size_t i = 0; labels[i]; i += 2) {
        text_add(text, i ? "," : "{");
        text_add(text, labels[i]);
        text_add(text, "=\"");
        print_label(text, labels[i + 1]);
        text_add_char(text, '"');
    }
    text_add(text, labels[0] ? "} " : " ");
    switch (metric->member) {
    case IS_INTEGER:
        text_add_integer(text, *(const int64_t *)member);
        break;
    case IS_NUMBER:
        text_add_number(text, *(const double *)member);
        break;
    case IS_FLAG:
        text_add_integer(text, *(const bool *)member);
        break;
    }
    text_add_char(text, '\n');
}

/* Two links may share an address; the number tells them apart. */
static void print_links(struct text *text, const struct metric *metric,
                        const struct station *station)
{
    for (size_t link = 0; link < station_link_count(station); link++) {
        struct link_health health;
        struct text number;
        char array[24];

        text_init_fixed(&number, array, sizeof(array));
        text_add_unsigned(&number, link + 1);
        station_describe_link(station, link, &health);
        print_value(text, metric, &health,
                    (const char *const[]){"machine", station_settings(station)->name,
                                          "link", array, "address", health.address,
                                          NULL});
    }
}

static void print_reception(struct text *text, const struct metric *metric,
                            const struct station *station)
{
    print_value(text, metric, station_reception(station),
                (const char *const[]){"machine", station_settings(station)->name, NULL});
}

static void print_ledger(struct text *text, const struct courier_health *health)
{
    for (int account = 0; account < LEDGER_ACCOUNTS; account++) {
        text_add(text, "spindled_ledger_values_total{sink=\"");
        print_label(text, health->name);
        text_add_format(text, "\",account=\"%s\"} %lld\n", ledger_names[account],
                        (long long)health->queue.ledger.values[account]);
    }
}

static void print_sinks(struct text *text, const struct roster *roster)
{
    struct courier_health health;

    for (size_t row = 0; row < COUNT(queue_metrics); row++) {
        print_head(text, &queue_metrics[row]);
        for (size_t i = 0; i < roster_courier_count(roster); i++) {
            courier_describe(roster_courier(roster, i), &health);
            print_value(text, &queue_metrics[row], &health,
                        (const char *const[]){"sink", health.name, NULL});
        }
    }
    text_add(
        text,
        "# HELP spindled_ledger_values_total what became of the values a sink is owed\n"
        "# TYPE spindled_ledger_values_total counter\n");
    for (size_t i = 0; i < roster_courier_count(roster); i++) {
        courier_describe(roster_courier(roster, i), &health);
        print_ledger(text, &health);
    }
}

static void print_single(struct text *text, const struct metric *metrics, size_t count,
                         const void *record)
{
    for (size_t row = 0; row < count; row++) {
        print_head(text, &metrics[row]);
        print_value(text, &metrics[row], record, (const char *const[]){NULL});
    }
}

static void print_gateway(struct text *text, const struct pipeline *pipeline)
{
    struct pipeline_health health;
    struct store_health store;

    pipeline_describe(pipeline, &health);
    store_describe(pipeline_store(pipeline), &store);
    print_single(text, pipeline_metrics, COUNT(pipeline_metrics), &health);
    print_single(text, store_metrics, COUNT(store_metrics), &store);
}

/* A family of numbers stands together: for each row its head, then every machine. */
static void print_of_machines(struct text *text, const struct roster *roster,
                              size_t number)
{
    size_t width = 1 + roster_place_count(roster);
    size_t row = number / width, column = number % width;
    bool is_link = row < COUNT(link_metrics);
    const struct metric *metric =
        is_link ? &link_metrics[row] : &reception_metrics[row - COUNT(link_metrics)];

    const struct station *station = column ? roster_station(roster, column - 1) : NULL;

    if (column == 0)
        print_head(text, metric);
    else if (station && is_link)
        print_links(text, metric, station);
    else if (station)
        print_reception(text, metric, station);
}

static bool print_portion(const void *source, size_t number, struct text *text)
{
    const struct api *api = source;
    const struct roster *roster = pipeline_roster(api->site.pipeline);
    size_t of_machines = (COUNT(link_metrics) + COUNT(reception_metrics)) *
                         (1 + roster_place_count(roster));

    if (number == 0)
        print_gateway(text, api->site.pipeline);
    else if (number <= of_machines)
        print_of_machines(text, roster, number - 1);
    else
        print_sinks(text, roster);
    return number <= of_machines;
}

void api_show_metrics(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    static const struct portion_kind kind = {
        .content_type = "text/plain; version=0.0.4",
        .print = print_portion,
        .version = api_roster_edition,
    };

    (void)match;
    portions_serve(api->portions, request, &kind, api);
}
