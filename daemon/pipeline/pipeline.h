/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires everything: stations to the store, the store to the couriers. Loop thread.
 */
#pragma once

#include "daemon/pipeline/settings.h"

struct pipeline;
struct roster; /* daemon/pipeline/roster.h: the stations and couriers */

struct pipeline_site {
    uv_loop_t *loop;
    void *owner;

    /* These settings were replaced and nothing uses them any more. */
    void (*released)(void *owner, const struct settings *settings);

    /* Once, after pipeline_stop(): everything is stored, closed and may be destroyed. */
    void (*stopped)(void *owner);
};

struct pipeline_health {
    double loop_max_s;     /* the longest turn of the loop in the last minute */
    double loop_cpu_max_s; /* the most of its own CPU time that one turn took */
    double uptime_s;
    int64_t records;   /* made since the start */
    int64_t dropped;   /* of them, refused by the store */
    char trouble[256]; /* of the store; "" when all is well */

    /* What was written but does not run, as a sentence; "" when all that is written runs.
     */
    char configuration[384];
};

/* Settings are borrowed until they are released, or pipeline_destroy(). */
int pipeline_create(const struct pipeline_site *site, const struct settings *settings,
                    struct pipeline **ret_pipeline);
void pipeline_start(struct pipeline *pipeline);
void pipeline_stop(struct pipeline *pipeline);
void pipeline_destroy(struct pipeline *pipeline);

/*
 * Takes over another configuration: only machines and sinks whose fingerprint changed are
 * stopped and started, the others keep their sockets. Store, page and control socket stay
 * as they were started.
 */
void pipeline_reload(struct pipeline *pipeline, const struct settings *settings);

/* A sentence for pipeline_health.configuration; "" when nothing is to be said. */
void pipeline_say_configuration(struct pipeline *pipeline, const char *sentence);

const struct settings *pipeline_settings(const struct pipeline *pipeline);
struct store *pipeline_store(const struct pipeline *pipeline);
const struct roster *pipeline_roster(const struct pipeline *pipeline);

/* Does everything that must move move? Feeds the watchdog; false makes systemd restart
 * us. */
bool pipeline_is_alive(const struct pipeline *pipeline);
void pipeline_describe(const struct pipeline *pipeline,
                       struct pipeline_health *ret_health);

/* A record that people made (a command taken, a run begun). Returns its id or negative
 * errno. */
int64_t pipeline_append(struct pipeline *pipeline, const struct record *record);

/* Who wants to hear each record as it is made: the page's events, `spindlectl watch`. */
struct pipeline_listener {
    void *owner;
    void (*on_record)(void *owner, const struct record *record);
    struct pipeline_listener *next;
};

/* The listener is embedded in its owner and must be removed before it goes. */
void pipeline_listen(struct pipeline *pipeline, struct pipeline_listener *listener);
void pipeline_unlisten(struct pipeline *pipeline, struct pipeline_listener *listener);

/*
 * Commands that arrive over a sink are answered by whoever set this (daemon/control): it
 * returns JSON that lives until the next call.
 */
struct pipeline_commander {
    void *owner;
    const char *(*command)(void *owner, const char *machine, const char *name,
                           const char *json, const char *who);
};

void pipeline_set_commander(struct pipeline *pipeline,
                            const struct pipeline_commander *commander);
