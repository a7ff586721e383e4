/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/pipeline.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/loop/http.h"
#include "daemon/loop/pause.h"
#include "daemon/loop/slots.h"
#include "daemon/pipeline/roster.h"
#include "daemon/pipeline/self.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS        (200 * NS_PER_MS)
#define SELF_NS        NS_PER_MINUTE
#define LAST_COMMIT_NS (5 * NS_PER_S)
#define ALIVE_S        10.0

static const char room[] = "pipeline";

/* The order of leaving; each step begins when the one before is through. */
enum phase {
    PHASE_RUNNING,
    PHASE_STOPPING_STATIONS,
    PHASE_COMMITTING,
    PHASE_STOPPING_COURIERS,
    PHASE_CLOSING_STORE,
    PHASE_CLOSING_LOOP,
};

struct pipeline {
    struct pipeline_site site;
    const struct settings *settings;
    enum phase phase;
    struct http *http;
    struct slots *slots;
    struct slot_task *tick, *self, *patience;
    struct pause pause;
    struct store *store;
    struct roster *roster;
    struct pipeline_listener *listeners;
    struct pipeline_commander commander;
    struct moment started, ticked;
    int64_t last_id, stored_id;
    int64_t made, dropped;
    struct pause_turn longest; /* of the last whole minute */
    char trouble[256], configuration[384];
};

static void leave(struct pipeline *pipeline, enum phase phase);

int64_t pipeline_append(struct pipeline *pipeline, const struct record *record)
{
    int64_t id = store_append(pipeline->store, record);

    pipeline->made++;
    if (id < 0)
        pipeline->dropped++;
    else
        pipeline->last_id = id;
    for (struct pipeline_listener *listener = pipeline->listeners; listener;
         listener = listener->next)
        listener->on_record(listener->owner, record);
    return id;
}

static int64_t on_append(void *owner, const struct record *record)
{
    return pipeline_append(owner, record);
}

static const char *on_command(void *owner, const char *machine, const char *name,
                              const char *json, const char *who)
{
    struct pipeline *pipeline = owner;

    if (!pipeline->commander.command)
        return "{\"ok\":false,\"error\":\"commands are not available\"}";
    return pipeline->commander.command(pipeline->commander.owner, machine, name, json,
                                       who);
}

static void on_released(void *owner, const struct settings *settings)
{
    struct pipeline *pipeline = owner;

    pipeline->site.released(pipeline->site.owner, settings);
}

static void on_stations_gone(void *owner)
{
    leave(owner, PHASE_COMMITTING);
}

static void on_couriers_gone(void *owner)
{
    leave(owner, PHASE_CLOSING_STORE);
}

static void on_stored(void *owner, int64_t id)
{
    struct pipeline *pipeline = owner;

    pipeline->stored_id = id;
    roster_stored(pipeline->roster, id);
    if (pipeline->phase == PHASE_COMMITTING && id >= pipeline->last_id)
        leave(pipeline, PHASE_STOPPING_COURIERS);
}

static void on_trouble(void *owner, bool is_trouble, const char *sentence)
{
    struct pipeline *pipeline = owner;

    log_write(is_trouble ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE, "store", "%s", sentence);
    (void)text_copy(pipeline->trouble, sizeof(pipeline->trouble),
                    is_trouble ? sentence : "");
}

static void on_store_closed(void *owner)
{
    struct pipeline *pipeline = owner;

    pipeline->store = NULL;
    leave(pipeline, PHASE_CLOSING_LOOP);
}

static void on_tick(void *owner, struct moment due, int64_t missed)
{
    struct pipeline *pipeline = owner;

    (void)missed;
    pipeline->ticked = due;
    roster_advance(pipeline->roster, due);
}

/* What the daemon says of itself, once a minute and for each machine. */
static void on_self(void *owner, struct moment due, int64_t missed)
{
    struct pipeline *pipeline = owner;

    (void)missed;
    pipeline->longest = pause_take(&pipeline->pause);
    self_report(pipeline, due);
}

/* The disk does not answer: what is not committed by now is not waited for. */
static void on_patience_over(void *owner, struct moment due, int64_t missed)
{
    struct pipeline *pipeline = owner;

    (void)due;
    (void)missed;
    pipeline->patience = NULL;
    if (pipeline->phase != PHASE_COMMITTING)
        return;
    log_write(LOG_LEVEL_ERROR, room,
              "the last records are not on disk after 5 s; leaving");
    leave(pipeline, PHASE_STOPPING_COURIERS);
}

static void on_slots_closed(void *owner)
{
    struct pipeline *pipeline = owner;

    pipeline->slots = NULL;
    pause_close(&pipeline->pause);
    pipeline->site.stopped(pipeline->site.owner);
}

static void on_http_closed(void *owner)
{
    struct pipeline *pipeline = owner;

    pipeline->http = NULL;
    slots_close(pipeline->slots, pipeline, on_slots_closed);
}

static void begin_last_commit(struct pipeline *pipeline)
{
    if (pipeline->stored_id >= pipeline->last_id) {
        leave(pipeline, PHASE_STOPPING_COURIERS);
        return;
    }
    (void)slots_once(pipeline->slots, LAST_COMMIT_NS, pipeline, on_patience_over,
                     &pipeline->patience);
}

static void leave(struct pipeline *pipeline, enum phase phase)
{
    if (pipeline->phase >= phase)
        return;
    pipeline->phase = phase;

    switch (phase) {
    case PHASE_RUNNING:
        break;
    case PHASE_STOPPING_STATIONS:
        slots_cancel(pipeline->tick);
        slots_cancel(pipeline->self);
        roster_stop_stations(pipeline->roster);
        break;
    case PHASE_COMMITTING:
        begin_last_commit(pipeline);
        break;
    case PHASE_STOPPING_COURIERS:
        slots_cancel(pipeline->patience);
        pipeline->patience = NULL;
        roster_stop_couriers(pipeline->roster);
        break;
    case PHASE_CLOSING_STORE:
        store_close(pipeline->store);
        break;
    case PHASE_CLOSING_LOOP:
        http_close(pipeline->http, pipeline, on_http_closed);
        break;
    }
}

static int create_parts(struct pipeline *pipeline)
{
    const struct store_site store = {
        .loop = pipeline->site.loop,
        .owner = pipeline,
        .stored = on_stored,
        .trouble = on_trouble,
        .closed = on_store_closed,
    };
    int error = http_create(pipeline->site.loop, &pipeline->http);
    if (!error)
        error = slots_create(pipeline->site.loop, &pipeline->slots);
    if (!error)
        error = store_open(&pipeline->settings->store, &store, &pipeline->store);
    if (error)
        return error;

    const struct roster_site roster = {
        .loop = pipeline->site.loop,
        .http = pipeline->http,
        .slots = pipeline->slots,
        .store = pipeline->store,
        .owner = pipeline,
        .append = on_append,
        .command = on_command,
        .released = on_released,
        .stations_gone = on_stations_gone,
        .couriers_gone = on_couriers_gone,
    };
    return roster_create(&roster, pipeline->settings, &pipeline->roster);
}

int pipeline_create(const struct pipeline_site *site, const struct settings *settings,
                    struct pipeline **ret_pipeline)
{
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

    if (!pipeline)
        return -ENOMEM;
    pipeline->site = *site;
    pipeline->settings = settings;
    pipeline->started = clock_now();

    int error = create_parts(pipeline);
    if (error) {
        free(pipeline);
        return error;
    }
    pause_init(&pipeline->pause, site->loop);
    *ret_pipeline = pipeline;
    return 0;
}

void pipeline_start(struct pipeline *pipeline)
{
    roster_start(pipeline->roster);
    (void)slots_every(pipeline->slots, TICK_NS, pipeline, on_tick, &pipeline->tick);
    (void)slots_every(pipeline->slots, SELF_NS, pipeline, on_self, &pipeline->self);
}

void pipeline_stop(struct pipeline *pipeline)
{
    leave(pipeline, PHASE_STOPPING_STATIONS);
}

void pipeline_destroy(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    roster_destroy(pipeline->roster);
    free(pipeline);
}

void pipeline_reload(struct pipeline *pipeline, const struct settings *settings)
{
    pipeline->settings = settings;
    roster_reload(pipeline->roster, settings);
}

const struct settings *pipeline_settings(const struct pipeline *pipeline)
{
    return pipeline->settings;
}

struct store *pipeline_store(const struct pipeline *pipeline)
{
    return pipeline->store;
}

const struct roster *pipeline_roster(const struct pipeline *pipeline)
{
    return pipeline->roster;
}

bool pipeline_is_alive(const struct pipeline *pipeline)
{
    return pipeline->phase != PHASE_RUNNING || pipeline->ticked.mono_ns == 0 ||
           moment_seconds(pipeline->ticked, clock_now()) < ALIVE_S;
}

void pipeline_describe(const struct pipeline *pipeline,
                       struct pipeline_health *ret_health)
{
    *ret_health = (struct pipeline_health){
        .loop_max_s = (double)pipeline->longest.wall_ns / (double)NS_PER_S,
        .loop_cpu_max_s = (double)pipeline->longest.cpu_ns / (double)NS_PER_S,
        .uptime_s = moment_seconds(pipeline->started, clock_now()),
        .records = pipeline->made,
        .dropped = pipeline->dropped,
    };
    (void)text_copy(ret_health->trouble, sizeof(ret_health->trouble), pipeline->trouble);
    (void)text_copy(ret_health->configuration, sizeof(ret_health->configuration),
                    pipeline->configuration);
}

void pipeline_say_configuration(struct pipeline *pipeline, const char *sentence)
{
    (void)text_copy(pipeline->configuration, sizeof(pipeline->configuration), sentence);
}

void pipeline_listen(struct pipeline *pipeline, struct pipeline_listener *listener)
{
    listener->next = pipeline->listeners;
    pipeline->listeners = listener;
}

void pipeline_unlisten(struct pipeline *pipeline, struct pipeline_listener *listener)
{
    struct pipeline_listener **link = &pipeline->listeners;

    while (*link && *link != listener)
        link = &(*link)->next;
    if (*link)
        *link = listener->next;
}

void pipeline_set_commander(struct pipeline *pipeline,
                            const struct pipeline_commander *commander)
{
    pipeline->commander = *commander;
}
