/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/roster.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/members.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 128
};

static const char room[] = "pipeline";

struct roster {
    struct roster_site site;
    const struct settings *settings; /* the newest */
    struct members stations, couriers;
    struct text scratch; /* of the stations */
    bool leaving;        /* no successors any more */
    struct place
        place; /* points into the copies below: the gateway outlives its settings */
    char gateway[NAME_MAX_BYTES], enterprise[NAME_MAX_BYTES], site_name[NAME_MAX_BYTES];
    char area[NAME_MAX_BYTES];
    char state_folder[PATH_MAX];
};

static void release_if_unused(struct roster *roster, const struct settings *settings)
{
    if (settings != roster->settings && !members_uses(&roster->stations, settings) &&
        !members_uses(&roster->couriers, settings))
        roster->site.released(roster->site.owner, settings);
}

static int64_t on_append(void *owner, const struct record *record)
{
    struct member *member = owner;

    return member->roster->site.append(member->roster->site.owner, record);
}

static void on_presence(void *owner, const struct station *station, bool linked)
{
    const struct roster *roster = ((struct member *)owner)->roster;
    const struct machine_settings *machine = station_settings(station);

    for (size_t i = 0; i < roster->couriers.count; i++)
        if (roster->couriers.items[i]->courier)
            courier_presence(roster->couriers.items[i]->courier, machine->cell,
                             machine->name, linked);
}

static void on_command(void *owner, struct courier *courier, const char *machine,
                       const char *name, const char *json, void *ticket)
{
    const struct roster *roster = ((struct member *)owner)->roster;
    const char *who = ((struct member *)owner)->name;

    courier_answer(courier, ticket,
                   roster->site.command(roster->site.owner, machine, name, json, who));
}

/* Presence holds only while the connection does, so it is told anew after each connect.
 */
static void tell_presence(void *owner, struct courier *courier)
{
    const struct roster *roster = ((struct member *)owner)->roster;

    for (size_t i = 0; i < roster->stations.count; i++) {
        const struct member *member = roster->stations.items[i];
        const struct machine_settings *machine = station_settings(member->station);
        courier_presence(courier, machine->cell, machine->name,
                         station_is_linked(member->station));
    }
}

static void on_station_stopped(void *owner, struct station *station);
static void on_courier_stopped(void *owner, struct courier *courier);

static int start_station(struct roster *roster, const struct machine_settings *machine)
{
    struct member *member =
        members_add(&roster->stations, machine->name, machine->fingerprint);
    if (!member)
        return -ENOMEM;
    member->roster = roster;
    member->settings = roster->settings;

    const struct station_site site = {
        .loop = roster->site.loop,
        .http = roster->site.http,
        .slots = roster->site.slots,
        .store = roster->site.store,
        .scratch = &roster->scratch,
        .owner = member,
        .append = on_append,
        .presence = on_presence,
        .stopped = on_station_stopped,
    };
    int error = station_create(&site, roster->settings, machine, &member->station);
    if (error) {
        log_write(LOG_LEVEL_ERROR, room, "machine %s cannot be watched: %s",
                  machine->name, strerror(-error));
        members_drop(&roster->stations, member);
    }
    return error;
}

static int start_courier(struct roster *roster, const struct sink_settings *sink)
{
    struct member *member = members_add(&roster->couriers, sink->name, sink->fingerprint);
    if (!member)
        return -ENOMEM;
    member->roster = roster;
    member->settings = roster->settings;

    const struct courier_site site = {
        .loop = roster->site.loop,
        .store = roster->site.store,
        .http = roster->site.http,
        .place = &roster->place,
        .state_folder = roster->state_folder,
        .owner = member,
        .command = on_command,
        .reconnected = tell_presence,
        .stopped = on_courier_stopped,
    };
    const struct courier_spec spec = {
        .sink = sink->sink,
        .options = sink->options,
        .name = sink->name,
    };
    int error = courier_create(&site, &spec, &member->courier);
    if (error) {
        log_write(LOG_LEVEL_ERROR, room, "sink %s cannot work: %s", sink->name,
                  strerror(-error));
        members_drop(&roster->couriers, member);
    }
    return error;
}

/* Makes and starts whoever the newest settings name and nobody is yet; who is owed
   records first, who makes them after. */
static void fill(struct roster *roster)
{
    const struct settings *settings = roster->settings;

    for (size_t i = 0; i < settings->sink_count; i++) {
        if (!members_find(&roster->couriers, settings->sinks[i].name))
            (void)start_courier(roster, &settings->sinks[i]);
    }
    for (size_t i = 0; i < settings->machine_count; i++) {
        if (members_find(&roster->stations, settings->machines[i].name) ||
            start_station(roster, &settings->machines[i]))
            continue;
        station_start(roster->stations.items[roster->stations.count - 1]->station);
    }
}

/* A member is gone for good: its successor may start, its settings may go. */
static void bury(struct members *members, struct member *member)
{
    struct roster *roster = member->roster;
    const struct settings *settings = member->settings;

    members_drop(members, member);
    if (!roster->leaving) {
        fill(roster);
        release_if_unused(roster, settings);
    }
}

static void on_station_stopped(void *owner, struct station *station)
{
    struct member *member = owner;
    struct roster *roster = member->roster;

    (void)station;
    bury(&roster->stations, member);
    if (roster->leaving && roster->stations.count == 0)
        roster->site.stations_gone(roster->site.owner);
}

static void on_courier_stopped(void *owner, struct courier *courier)
{
    struct member *member = owner;
    struct roster *roster = member->roster;

    (void)courier;
    bury(&roster->couriers, member);
    if (roster->leaving && roster->couriers.count == 0)
        roster->site.couriers_gone(roster->site.owner);
}

static void set_place(struct roster *roster, const struct settings *settings)
{
    const struct gateway_settings *gateway = &settings->gateway;
    const char *slash = strrchr(settings->store.path, '/');
    size_t length = slash ? (size_t)(slash - settings->store.path) : 0;

    (void)text_copy(roster->gateway, NAME_MAX_BYTES, gateway->id);
    (void)text_copy(roster->enterprise, NAME_MAX_BYTES, gateway->enterprise);
    (void)text_copy(roster->site_name, NAME_MAX_BYTES, gateway->site);
    (void)text_copy(roster->area, NAME_MAX_BYTES, gateway->area);
    roster->place = (struct place){roster->gateway, roster->enterprise, roster->site_name,
                                   roster->area};
    (void)snprintf(roster->state_folder, sizeof(roster->state_folder), "%.*s",
                   slash ? (int)(length ? length : 1) : 1,
                   slash ? settings->store.path : ".");
}

int roster_create(const struct roster_site *site, const struct settings *settings,
                  struct roster **ret_roster)
{
    struct roster *roster = calloc(1, sizeof(*roster));

    if (!roster)
        return -ENOMEM;
    roster->site = *site;
    roster->settings = settings;
    text_init_heap(&roster->scratch);
    set_place(roster, settings);
    *ret_roster = roster;
    return 0;
}

void roster_destroy(struct roster *roster)
{
    if (!roster)
        return;
    members_done(&roster->stations);
    members_done(&roster->couriers);
    text_done(&roster->scratch);
    free(roster);
}

void roster_start(struct roster *roster)
{
    fill(roster);
}

void roster_advance(struct roster *roster, struct moment now)
{
    for (size_t i = 0; i < roster->stations.count; i++)
        station_advance(roster->stations.items[i]->station, now);
}

void roster_stored(struct roster *roster, int64_t id)
{
    for (size_t i = 0; i < roster->couriers.count; i++)
        courier_stored(roster->couriers.items[i]->courier, id);
}

static void retire(struct member *member, struct moment now)
{
    if (member->retiring)
        return;
    member->retiring = true;
    if (member->station)
        station_stop(member->station, now);
    else
        courier_stop(member->courier);
}

/* Members may leave the list while it is walked, so each name is looked up anew. */
static void retire_changed(struct members *members, const struct settings *settings,
                           bool (*is_kept)(const struct settings *,
                                           const struct member *),
                           struct moment now)
{
    for (size_t i = members->count; i-- > 0;)
        if (i < members->count && !is_kept(settings, members->items[i]))
            retire(members->items[i], now);
}

static bool keeps_station(const struct settings *settings, const struct member *member)
{
    for (size_t i = 0; i < settings->machine_count; i++)
        if (strcmp(settings->machines[i].name, member->name) == 0)
            return settings->machines[i].fingerprint == member->fingerprint;
    return false;
}

static bool keeps_courier(const struct settings *settings, const struct member *member)
{
    for (size_t i = 0; i < settings->sink_count; i++)
        if (strcmp(settings->sinks[i].name, member->name) == 0)
            return settings->sinks[i].fingerprint == member->fingerprint;
    return false;
}

static bool keeps_nobody(const struct settings *settings, const struct member *member)
{
    (void)settings;
    (void)member;
    return false;
}

void roster_reload(struct roster *roster, const struct settings *settings,
                   struct moment now)
{
    const struct settings *before = roster->settings;

    roster->settings = settings;
    retire_changed(&roster->stations, settings, keeps_station, now);
    retire_changed(&roster->couriers, settings, keeps_courier, now);
    fill(roster);
    release_if_unused(roster, before);
}

void roster_stop_stations(struct roster *roster, struct moment now)
{
    roster->leaving = true;
    if (roster->stations.count == 0)
        roster->site.stations_gone(roster->site.owner);
    else
        retire_changed(&roster->stations, roster->settings, keeps_nobody, now);
}

void roster_stop_couriers(struct roster *roster)
{
    if (roster->couriers.count == 0)
        roster->site.couriers_gone(roster->site.owner);
    else
        retire_changed(&roster->couriers, roster->settings, keeps_nobody,
                       (struct moment){0});
}

size_t roster_station_count(const struct roster *roster)
{
    return roster->stations.count;
}

struct station *roster_station(const struct roster *roster, size_t index)
{
    return roster->stations.items[index]->station;
}

struct station *roster_find_station(const struct roster *roster, const char *machine)
{
    const struct member *member = members_find(&roster->stations, machine);

    return member ? member->station : NULL;
}

size_t roster_courier_count(const struct roster *roster)
{
    return roster->couriers.count;
}

struct courier *roster_courier(const struct roster *roster, size_t index)
{
    return roster->couriers.items[index]->courier;
}

struct courier *roster_find_courier(const struct roster *roster, const char *sink)
{
    const struct member *member = members_find(&roster->couriers, sink);

    return member ? member->courier : NULL;
}
