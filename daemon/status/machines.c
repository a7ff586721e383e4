/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"

#include <microhttpd.h>

/* The value of a signal under a name of the page's; absent when never heard. */
static void print_latest(struct writer *json, const char *key,
                         const struct latest *latest, const char *name)
{
    const struct latest_entry *entry = latest_find(latest, name);

    if (!entry)
        return;
    writer_member(json, key);
    sample_print_json(&entry->sample, json->text);
}

static void print_count(struct writer *json, const char *key, int64_t count)
{
    if (count == RECORD_UNKNOWN)
        writer_null(json, key);
    else
        writer_integer(json, key, count);
}

static void print_context(struct writer *json, const struct context *context,
                          const struct run_view *run)
{
    writer_begin_object(json, "job");
    print_count(json, "run", context->run_seq);
    if (run->is_running) {
        writer_time(json, "started", run->started.wall_ns);
        print_count(json, "parts", run->parts);
        print_count(json, "good", run->good);
        print_count(json, "target", run->target);
    }
    writer_string(json, "stage", code_name(stage_names, context->stage));
    writer_string(json, "part", context->part);
    writer_string(json, "op", context->op);
    writer_string(json, "revision", context->revision);
    writer_string(json, "lot", context->lot);
    writer_string(json, "fixture", context->fixture);
    writer_end_object(json);
}

static void print_link(struct writer *json, const struct link_health *health)
{
    writer_begin_object(json, NULL);
    writer_string(json, "address", health->address);
    writer_flag(json, "linked", health->linked);
    writer_time(json, "since", health->since_wall_ns);
    if (health->last_wall_ns)
        writer_time(json, "last", health->last_wall_ns);
    writer_integer(json, "asked", health->asked);
    writer_integer(json, "answered", health->answered);
    writer_integer(json, "timeouts", health->timeouts);
    writer_integer(json, "refused", health->refused);
    writer_integer(json, "malformed", health->malformed);
    writer_integer(json, "reconnects", health->reconnects);
    writer_integer(json, "samples", health->samples);
    writer_integer(json, "lost", health->lost);
    writer_number(json, "latency_p99", health->latency_p99_s);
    writer_number(json, "clock_offset", health->clock_offset_s);
    writer_string(json, "trouble", health->trouble);
    writer_end_object(json);
}

static void print_reception(struct writer *json, const struct reception *reception)
{
    writer_begin_object(json, "reception");
    writer_integer(json, "observed", reception->observed);
    writer_integer(json, "stored", reception->stored);
    writer_integer(json, "waiting", reception->waiting);
    writer_integer(json, "unchanged", reception->unchanged);
    writer_integer(json, "dropped", reception->dropped);
    writer_integer(json, "gap", reception->gap);
    writer_end_object(json);
}

/* Texts that are not known are null, as numbers are. */
static void print_known(struct writer *json, const char *key, const char *value)
{
    writer_string(json, key, value && *value ? value : NULL);
}

/* In the machine's own time, which may be of another day or run at another pace. */
static struct moment machine_now(const struct station *station)
{
    struct moment now = clock_now();
    struct link_health health;

    for (size_t i = 0; i < station_link_count(station); i++) {
        station_describe_link(station, i, &health);
        if (health.lead.mono_ns)
            return moment_in(now, health.lead);
    }
    return now;
}

static void print_since(struct writer *json, const char *key, struct moment since,
                        struct moment now, const char *seconds_key)
{
    if (since.wall_ns) {
        writer_time(json, key, since.wall_ns);
        writer_number(json, seconds_key, moment_seconds(since, now));
    } else {
        writer_null(json, key);
        writer_null(json, seconds_key);
    }
}

static void print_path(struct writer *json, const struct path_view *view, int64_t number,
                       struct moment now)
{
    writer_begin_object(json, NULL);
    writer_integer(json, "path", number);
    writer_string(json, "state", code_name(execution_names, (int64_t)view->execution));
    print_since(json, "state_since", view->state_since, now, "state_s");
    writer_flag(json, "in_cycle", view->in_cycle);
    writer_flag(json, "is_cutting", view->is_cutting);
    if (view->cycle_no)
        writer_integer(json, "cycle_no", view->cycle_no);
    else
        writer_null(json, "cycle_no");
    print_since(json, view->in_cycle ? "cycle_started" : "cycle_ended", view->since, now,
                "elapsed");
    print_known(json, "tool", view->tool);
    print_known(json, "program", view->program);
    writer_number(json, "spindle_speed", view->speed);
    writer_number(json, "spindle_load", view->load);
    writer_number(json, "feed", view->feed);
    writer_number(json, "feed_override", view->feed_override);
    writer_end_object(json);
}

/* `state` is the first path's, as the tracker sees it: a machine behind Modbus has no
 * signal for it. */
static void print_paths(struct writer *json, const struct station *station)
{
    const struct path_view *paths = station_paths(station);
    struct moment now = machine_now(station);

    writer_string(json, "state",
                  paths[0].is_known
                      ? code_name(execution_names, (int64_t)paths[0].execution)
                      : NULL);
    writer_begin_array(json, "paths");
    for (int64_t i = 0; i < PATHS_MAX; i++)
        if (paths[i].is_known)
            print_path(json, &paths[i], i + 1, now);
    writer_end_array(json);
}

static void print_machine(struct writer *json, const struct station *station)
{
    const struct machine_settings *machine = station_settings(station);
    const struct latest *latest = station_latest(station);
    const struct run_view run = tracker_run(station_tracker(station));

    writer_begin_object(json, NULL);
    writer_string(json, "machine", machine->name);
    writer_string(json, "cell", machine->cell);
    writer_flag(json, "linked", station_is_linked(station));
    print_paths(json, station);
    print_latest(json, "mode", latest, "mode");
    print_latest(json, "program", latest, "program");
    print_latest(json, "tool", latest, "tool");
    print_latest(json, "part_count", latest, "part_count");
    print_latest(json, "spindle_load", latest, "spindle_load");
    print_latest(json, "alarm", latest, "alarm");
    print_latest(json, "emergency_stop", latest, "emergency_stop");
    print_context(json, station_context(station), &run);
    writer_begin_array(json, "links");
    for (size_t i = 0; i < station_link_count(station); i++) {
        struct link_health health;

        station_describe_link(station, i, &health);
        print_link(json, &health);
    }
    writer_end_array(json);
    print_reception(json, station_reception(station));
    writer_end_object(json);
}

static void answer(struct request *request, struct text *text)
{
    request_give(request, MHD_HTTP_OK, "application/json", text);
}

static void print_gateway(struct writer *json, const struct pipeline *pipeline)
{
    const struct gateway_settings *gateway = &pipeline_settings(pipeline)->gateway;
    struct pipeline_health health;

    pipeline_describe(pipeline, &health);
    writer_time(json, "t", clock_now().wall_ns);
    writer_string(json, "gateway", gateway->id);
    writer_string(json, "enterprise", gateway->enterprise);
    writer_string(json, "site", gateway->site);
    writer_string(json, "area", gateway->area);
    writer_string(json, "configuration", health.configuration);
}

/* The gateway with the first portion, and a place with each. */
static bool print_portion(const void *source, size_t number, struct text *text)
{
    const struct api *api = source;
    const struct roster *roster = pipeline_roster(api->site.pipeline);
    struct writer json;

    writer_init(&json, text);
    if (number == 0) {
        writer_begin_object(&json, NULL);
        print_gateway(&json, api->site.pipeline);
        writer_begin_array(&json, "machines");
    }
    if (number < roster_place_count(roster)) {
        const struct station *station = roster_station(roster, number);

        json.wants_comma = !text->failed && text->data[text->length - 1] != '[';
        if (station)
            print_machine(&json, station);
        return true;
    }
    writer_end_array(&json);
    writer_end_object(&json);
    return false;
}

void api_list_machines(const struct api *api, struct request *request,
                       const struct route_match *match)
{
    static const struct portion_kind kind = {
        .content_type = "application/json",
        .print = print_portion,
        .version = api_roster_edition,
    };

    (void)match;
    portions_serve(api->portions, request, &kind, api);
}

static struct station *find_station(const struct api *api, struct request *request,
                                    const char *name)
{
    struct station *station =
        roster_find_station(pipeline_roster(api->site.pipeline), name);

    if (!station)
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "no machine of this name; see /v1/machines");
    return station;
}

void api_show_machine(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    struct station *station = find_station(api, request, match->parts[0]);
    struct text text;
    struct writer json;

    if (!station)
        return;
    text_init_heap(&text);
    writer_init(&json, &text);
    print_machine(&json, station);
    answer(request, &text);
}

void api_list_signals(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    struct station *station = find_station(api, request, match->parts[0]);
    struct text text;
    struct writer json;

    if (!station)
        return;
    const struct latest *latest = station_latest(station);
    text_init_heap(&text);
    writer_init(&json, &text);
    writer_begin_array(&json, NULL);
    for (size_t i = 0; i < latest_count(latest); i++) {
        const struct latest_entry *entry = latest_at(latest, i);

        writer_begin_object(&json, NULL);
        writer_string(&json, "signal", entry->name);
        writer_time(&json, "t", entry->sample.at.wall_ns);
        writer_member(&json, "value");
        sample_print_json(&entry->sample, &text);
        writer_string(&json, "unit", signal_rows[entry->sample.signal].unit);
        writer_integer(&json, "q", entry->sample.quality);
        writer_string(&json, "why", code_name(why_names, entry->sample.why));
        writer_integer(&json, "changes", entry->changes);
        writer_end_object(&json);
    }
    writer_end_array(&json);
    answer(request, &text);
}
