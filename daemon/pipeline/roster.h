/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is at work: the stations and the couriers, by name, and how one configuration takes
 * over from another. Loop thread.
 *
 * Members remember the settings they were made from. A reload keeps those whose
 * fingerprint is the same, retires the others, and starts the new ones when their
 * predecessors are gone.
 */
#pragma once

#include "daemon/pipeline/station.h"

struct roster;
struct courier;

struct roster_site {
    uv_loop_t *loop;
    struct http *http;
    struct slots *slots;
    struct store *store;
    void *owner;
    int64_t (*append)(void *owner, const struct record *record);
    const char *(*command)(void *owner, const char *machine, const char *name,
                           const char *json, const char *who);

    /* Nobody uses these settings any more. */
    void (*released)(void *owner, const struct settings *settings);
    void (*stations_gone)(void *owner); /* after roster_stop_stations() */
    void (*couriers_gone)(void *owner); /* after roster_stop_couriers() */
};

int roster_create(const struct roster_site *site, const struct settings *settings,
                  struct roster **ret_roster);
void roster_destroy(struct roster *roster);

void roster_start(struct roster *roster);
void roster_advance(struct roster *roster, struct moment now);
void roster_stored(struct roster *roster, int64_t id);

/* Retires and starts a few machines in each turn of the loop; returns after the first
 * few. */
void roster_reload(struct roster *roster, const struct settings *settings);
void roster_stop_stations(struct roster *roster);
void roster_stop_couriers(struct roster *roster);

/* Stations at work, also those that a reload has yet to take down. */
size_t roster_station_count(const struct roster *roster);

/*
 * Places are the machines of the newest settings, in their order; a place keeps its
 * meaning until the next reload, which makes another edition. NULL while nobody is at
 * work there.
 */
size_t roster_place_count(const struct roster *roster);
struct station *roster_station(const struct roster *roster, size_t place);
uint64_t roster_edition(const struct roster *roster);
struct station *roster_find_station(const struct roster *roster, const char *machine);
size_t roster_courier_count(const struct roster *roster);
struct courier *roster_courier(const struct roster *roster, size_t index);
struct courier *roster_find_courier(const struct roster *roster, const char *sink);
