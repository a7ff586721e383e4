/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/roster.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/loop/slices.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/gateway_names.h"
#include "daemon/pipeline/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char room[] = "pipeline";

struct roster {
    struct roster_site site;
    const struct settings *settings; /* the newest */
    uint64_t edition;                /* how often they were others before */
    struct members stations, couriers;
    struct text scratch; /* of the stations */
    bool leaving;        /* no successors any more */
    bool couriers_leaving;
    struct slices slices; /* buries, retires, starts and advances, a few in a turn */
    struct member *gone;  /* stopped, to be buried */
    size_t unretired;     /* stations that the newest settings were not held against */
    size_t next;          /* machine of the newest settings that may have to start */
    struct gateway_names names;
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
        .place = &roster->names.place,
        .state_folder = roster->names.state_folder,
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

/* Who is owed records starts first, who makes them after. */
static void start_couriers(struct roster *roster)
{
    const struct settings *settings = roster->settings;

    for (size_t i = 0; i < settings->sink_count; i++)
        if (!members_find(&roster->couriers, settings->sinks[i].name))
            (void)start_courier(roster, &settings->sinks[i]);
}

/* Makes and starts the next machine unless it is at work already; false when there is
 * none left. */
static bool start_next(struct roster *roster)
{
    const struct settings *settings = roster->settings;

    if (roster->leaving || roster->next >= settings->machine_count)
        return false;
    const struct machine_settings *machine = &settings->machines[roster->next++];
    if (!members_find(&roster->stations, machine->name) &&
        start_station(roster, machine) == 0)
        station_start(roster->stations.items[roster->stations.count - 1]->station);
    return true;
}

/* Taking a station's memory down takes a while, and many may stop in one turn. */
static void on_gone(struct member *member)
{
    struct roster *roster = member->roster;

    member->next_gone = roster->gone;
    roster->gone = member;
    slices_wake(&roster->slices);
}

static void on_station_stopped(void *owner, struct station *station)
{
    (void)station;
    on_gone(owner);
}

static void on_courier_stopped(void *owner, struct courier *courier)
{
    (void)courier;
    on_gone(owner);
}

static void on_slices_closed(void *owner)
{
    const struct roster *roster = owner;

    roster->site.couriers_gone(roster->site.owner);
}

static void bury(struct roster *roster, struct member *member)
{
    const struct settings *settings = member->settings;
    bool is_station = member->station != NULL;

    members_drop(is_station ? &roster->stations : &roster->couriers, member);
    if (!roster->leaving) { /* its successor may start, its settings may go */
        start_couriers(roster);
        roster->next = 0;
        release_if_unused(roster, settings);
    } else if (is_station && roster->stations.count == 0) {
        roster->site.stations_gone(roster->site.owner);
    }
    if (!is_station && roster->couriers_leaving && roster->couriers.count == 0)
        slices_close(&roster->slices, on_slices_closed);
}

static bool bury_next(struct roster *roster)
{
    struct member *member = roster->gone;

    if (!member)
        return false;
    roster->gone = member->next_gone;
    bury(roster, member);
    return true;
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
    gateway_names_copy(&roster->names, settings);
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

void roster_advance(struct roster *roster, struct moment now)
{
    members_begin_round(&roster->stations, now);
    slices_work(&roster->slices);
}

void roster_stored(struct roster *roster, int64_t id)
{
    for (size_t i = 0; i < roster->couriers.count; i++)
        courier_stored(roster->couriers.items[i]->courier, id);
}

static void retire(struct member *member)
{
    if (member->retiring)
        return;
    member->retiring = true;
    if (member->station)
        station_stop(member->station, clock_now());
    else
        courier_stop(member->courier);
}

/* Members may leave the list between two calls: then one is looked at twice. */
static bool retire_next(struct roster *roster)
{
    struct members *stations = &roster->stations;

    if (roster->unretired > stations->count)
        roster->unretired = stations->count;
    if (roster->unretired == 0)
        return false;
    struct member *member = stations->items[--roster->unretired];
    if (roster->leaving || !member_keeps_station(member, roster->settings))
        retire(member);
    return true;
}

static void retire_couriers(struct roster *roster)
{
    for (size_t i = roster->couriers.count; i-- > 0;)
        if (i < roster->couriers.count &&
            (roster->couriers_leaving ||
             !member_keeps_courier(roster->couriers.items[i], roster->settings)))
            retire(roster->couriers.items[i]);
}

static bool on_slice(void *owner)
{
    struct roster *roster = owner;

    return bury_next(roster) || retire_next(roster) || start_next(roster) ||
           members_advance_next(&roster->stations);
}

void roster_start(struct roster *roster)
{
    slices_init(&roster->slices, roster->site.loop, roster, on_slice);
    start_couriers(roster);
    slices_work(&roster->slices);
}

void roster_reload(struct roster *roster, const struct settings *settings)
{
    const struct settings *before = roster->settings;

    roster->settings = settings;
    roster->edition++;
    roster->unretired = roster->stations.count;
    roster->next = 0;
    retire_couriers(roster);
    start_couriers(roster);
    slices_work(&roster->slices);
    release_if_unused(roster, before);
}

void roster_stop_stations(struct roster *roster)
{
    roster->leaving = true;
    roster->unretired = roster->stations.count;
    if (roster->stations.count == 0)
        roster->site.stations_gone(roster->site.owner);
    else
        slices_work(&roster->slices);
}

void roster_stop_couriers(struct roster *roster)
{
    roster->couriers_leaving = true;
    if (roster->couriers.count == 0)
        slices_close(&roster->slices, on_slices_closed);
    else
        retire_couriers(roster);
}

size_t roster_station_count(const struct roster *roster)
{
    return roster->stations.count;
}

size_t roster_place_count(const struct roster *roster)
{
    return roster->settings->machine_count;
}

struct station *roster_station(const struct roster *roster, size_t place)
{
    return roster_find_station(roster, roster->settings->machines[place].name);
}

uint64_t roster_edition(const struct roster *roster)
{
    return roster->edition;
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
