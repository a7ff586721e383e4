/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/members.h"

#include "daemon/pipeline/courier.h"

#include <errno.h>
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

/* Where in by_name this name is, or belongs. */
static size_t place_of(const struct members *members, const char *name)
{
    size_t low = 0, high = members->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(members->by_name[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct member *members_find(const struct members *members, const char *name)
{
    size_t place = place_of(members, name);

    if (place == members->count || strcmp(members->by_name[place]->name, name) != 0)
        return NULL;
    return members->by_name[place];
}

/* Room for one more. */
static int grow(struct members *members)
{
    size_t count = members->count + 1;
    struct member **items = reallocarray(members->items, count, sizeof(*items));

    members->items = items ? items : members->items;
    struct member **by_name = reallocarray(members->by_name, count, sizeof(*by_name));
    members->by_name = by_name ? by_name : members->by_name;
    return items && by_name ? 0 : -ENOMEM;
}

static void insert(struct member **list, size_t count, size_t place,
                   struct member *member)
{
    memmove(&list[place + 1], &list[place], (count - place) * sizeof(struct member *));
    list[place] = member;
}

static void take_out(struct member **list, size_t count, size_t place)
{
    memmove(&list[place], &list[place + 1],
            (count - place - 1) * sizeof(struct member *));
}

struct member *members_add(struct members *members, const char *name,
                           uint64_t fingerprint)
{
    if (grow(members))
        return NULL;

    struct member *member = calloc(1, sizeof(*member));
    char *copy = strdup(name);
    if (!member || !copy) {
        free(member);
        free(copy);
        return NULL;
    }
    member->name = copy;
    member->fingerprint = fingerprint;
    insert(members->by_name, members->count, place_of(members, name), member);
    members->items[members->count++] = member;
    return member;
}

/* Takes the member out and frees it. */
void members_drop(struct members *members, struct member *member)
{
    size_t index = 0;

    while (members->items[index] != member)
        index++;
    take_out(members->items, members->count, index);
    take_out(members->by_name, members->count, place_of(members, member->name));
    members->count--;
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
    free(members->by_name);
    *members = (struct members){0};
}
