/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/members.h"

#include "daemon/pipeline/courier.h"

#include <stdlib.h>
#include <string.h>

static void free_member(struct member *member)
{
    if (!member)
        return;
    station_destroy(member->station);
    courier_destroy(member->courier);
    free(member->name);
    free(member);
}

struct member *members_find(const struct members *members, const char *name)
{
    for (size_t i = 0; i < members->count; i++)
        if (strcmp(members->items[i]->name, name) == 0)
            return members->items[i];
    return NULL;
}

struct member *members_add(struct members *members, const char *name,
                           uint64_t fingerprint)
{
    struct member **items =
        realloc(members->items, (members->count + 1) * sizeof(struct member *));
    if (!items)
        return NULL;
    members->items = items;

    struct member *member = calloc(1, sizeof(*member));
    char *copy = strdup(name);
    if (!member || !copy) {
        free(member);
        free(copy);
        return NULL;
    }
    member->name = copy;
    member->fingerprint = fingerprint;
    members->items[members->count++] = member;
    members->version++;
    return member;
}

/* Takes the member out and frees it. */
void members_drop(struct members *members, struct member *member)
{
    for (size_t i = 0; i < members->count; i++) {
        if (members->items[i] != member)
            continue;
        memmove(&members->items[i], &members->items[i + 1],
                (members->count - i - 1) * sizeof(struct member *));
        members->count--;
        members->version++;
        break;
    }
    free_member(member);
}

void members_begin_round(struct members *stations, struct moment now)
{
    stations->now = now;
    if (stations->unadvanced == 0)
        stations->unadvanced = stations->count;
}

bool members_advance_next(struct members *stations)
{
    if (stations->unadvanced > stations->count)
        stations->unadvanced = stations->count;
    if (stations->unadvanced == 0)
        return false;
    const struct member *member = stations->items[--stations->unadvanced];
    if (!member->retiring)
        station_advance(member->station, stations->now);
    return true;
}

bool members_uses(const struct members *members, const struct settings *settings)
{
    for (size_t i = 0; i < members->count; i++)
        if (members->items[i]->settings == settings)
            return true;
    return false;
}

bool member_keeps_station(const struct member *member, const struct settings *settings)
{
    for (size_t i = 0; i < settings->machine_count; i++)
        if (strcmp(settings->machines[i].name, member->name) == 0)
            return settings->machines[i].fingerprint == member->fingerprint;
    return false;
}

bool member_keeps_courier(const struct member *member, const struct settings *settings)
{
    for (size_t i = 0; i < settings->sink_count; i++)
        if (strcmp(settings->sinks[i].name, member->name) == 0)
            return settings->sinks[i].fingerprint == member->fingerprint;
    return false;
}

void members_done(struct members *members)
{
    for (size_t i = 0; i < members->count; i++)
        free_member(members->items[i]);
    free(members->items);
    *members = (struct members){0};
}
