/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of stations or couriers by name, each with what it was made from. Owned by the
 * roster.
 */
#pragma once

#include "daemon/pipeline/station.h"

struct roster;
struct courier;

struct member {
    struct roster *roster;
    char *name;
    const struct settings *settings;
    uint64_t fingerprint;
    struct station *station; /* one of the two */
    struct courier *courier;
    bool retiring;
    struct member *next_gone; /* of those that have stopped and can be taken out */
};

/* In the order they were added; pointers, since members are called back. */
struct members {
    struct member **items;
    struct member **by_name; /* the same, in the order of their names */
    size_t count;
    struct moment now; /* of the round of advances */
    size_t unadvanced; /* stations of the round that wait */
};

struct member *members_find(const struct members *members, const char *name);

/* NULL when memory ran out. The name is copied. */
struct member *members_add(struct members *members, const char *name,
                           uint64_t fingerprint);

/* Takes the member out and frees it with its station or courier. */
void members_drop(struct members *members, struct member *member);
void members_done(struct members *members);

/*
 * Stations advance one by one, in rounds: next() returns false when the round is over. A
 * round that is not over when the next begins goes on, with the newer time: nobody is
 * left out. Members may come and go between two calls.
 */
void members_begin_round(struct members *stations, struct moment now);
bool members_advance_next(struct members *stations);

/* Was any of them made from these settings? */
bool members_uses(const struct members *members, const struct settings *settings);

/* Do these settings name it, unchanged? */
bool member_keeps_station(const struct member *member, const struct settings *settings);
bool member_keeps_courier(const struct member *member, const struct settings *settings);
