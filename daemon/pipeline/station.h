/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One machine: its links, its newest values, its tracker. Samples come in, records go
 * out. Loop thread.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/pipeline/audience.h"
#include "daemon/pipeline/latest.h"
#include "daemon/pipeline/settings.h"

struct station;

struct station_site {
    uv_loop_t *loop;
    struct http *http;
    struct slots *slots;
    struct store *store;
    struct text *scratch; /* on the heap; one station at a time uses it, for a moment */
    void *owner;

    /* A record was made; returns its id, or a negative errno when it was dropped. */
    int64_t (*append)(void *owner, const struct record *record);

    /* The machine's link came or went; for presence topics. */
    void (*presence)(void *owner, const struct station *station, bool linked);

    /* Once, after station_stop(): the links are gone; station_destroy() may follow. */
    void (*stopped)(void *owner, struct station *station);
};

/* What reception amounts to: observed == stored + waiting + not_kept, and gaps beside it.
 */
struct reception {
    int64_t observed;  /* values the links delivered */
    int64_t stored;    /* handed to the store in archive rows */
    int64_t waiting;   /* in the row that is being packed */
    int64_t unchanged; /* polled values that said nothing new, or that are not kept by
                          choice */
    int64_t dropped;   /* the store could not take them */
    int64_t gap;       /* never came; counted by the source */
};

/* Settings are borrowed for the station's life. Restores the tracker from the store. */
int station_create(const struct station_site *site, const struct settings *settings,
                   const struct machine_settings *machine, struct station **ret_station);

/* Starts the links; a link that could never work is a complaint, not a failure. */
void station_start(struct station *station);

/* Stops the links, lets the tracker come to `now`, packs what waits. */
void station_stop(struct station *station, struct moment now);
void station_destroy(struct station *station);

/* Things that happen by nothing happening; a few times a second. */
void station_advance(struct station *station, struct moment now);

/* A person said something about this machine. */
void station_tell(struct station *station, const struct statement *statement);

const struct machine_settings *station_settings(const struct station *station);
const struct latest *station_latest(const struct station *station);
const struct context *station_context(const struct station *station);

/* To be asked only. */
const struct tracker *station_tracker(const struct station *station);

/* PATHS_MAX of them, [0] is path 1. */
const struct path_view *station_paths(const struct station *station);
const struct reception *station_reception(const struct station *station);
bool station_is_linked(const struct station *station);
size_t station_link_count(const struct station *station);
void station_describe_link(const struct station *station, size_t index,
                           struct link_health *ret_health);

/* Who hears each sample; dismissed when the station goes. */
struct audience *station_audience(struct station *station);
