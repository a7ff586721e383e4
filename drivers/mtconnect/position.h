/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where we are in an agent's stream of observations, and what of it is lost: the
 * bookkeeping of mtconnect.md 5. Pure.
 *
 * Every sequence number is either admitted once, or lies in exactly one gap. With a
 * filter (one device of several) numbers are missing by nature, and only what the agent
 * says it threw away is a gap.
 */
#pragma once

#include "drivers/mtconnect/streams.h"

struct position {
    bool is_known; /* instance and next mean something */
    bool is_filtered;
    uint64_t instance_id;
    uint64_t next; /* the first sequence not yet seen */
    int64_t lost, duplicates, holes, oddities;
};

/* An inclusive range; count 0 = none. */
struct position_gap {
    uint64_t from, to;
    uint64_t count;
};

enum position_verdict {
    POSITION_FOLLOWS,   /* take it; there may be a gap before it */
    POSITION_RESTARTED, /* another instance: probe and current again */
    POSITION_ODD,       /* its header cannot be true: only its observations count */
};

/*
 * What a Streams document's header means here. With POSITION_FOLLOWS, `ret_gap` is what
 * was overwritten before it (`lowest` is its lowest sequence >= next, 0 = none), and next
 * has moved behind the gap.
 */
enum position_verdict position_judge(struct position *position,
                                     const struct streams_header *header, uint64_t lowest,
                                     struct position_gap *ret_gap);

/* The agent has fewer observations than we have seen of it: not the same ones. */
bool position_is_behind(const struct position *position,
                        const struct streams_header *header);

/*
 * Is this observation news? False for a duplicate. A hole before it, without a filter, is
 * a gap. Give them in order.
 */
bool position_admit(struct position *position, uint64_t sequence,
                    struct position_gap *ret_gap);

/* The document is through: next is what its header says, or more if it held more or the
 * header cannot be true; without a filter what is missing at its end is a gap. */
void position_commit(struct position *position, const struct streams_header *header,
                     struct position_gap *ret_gap);

/* Gives up everything before `next` of the same instance. */
void position_skip(struct position *position, uint64_t next,
                   struct position_gap *ret_gap);

/* Stands at `next` of an instance, whatever was before. */
void position_set(struct position *position, uint64_t instance_id, uint64_t next);

/*
 * Where to go on after OUT_OF_RANGE: behind the oldest observation by a margin that
 * doubles with each attempt (from 0), because the buffer moves while we ask; after three
 * attempts the newest.
 */
uint64_t position_chase(const struct streams_header *header, unsigned attempt);

#define POSITION_TEXT_MAX 48

/* "INSTANCE NEXT", as site->mark() keeps it. */
void position_print(const struct position *position, char ret_text[POSITION_TEXT_MAX]);

/* What follows after a blank is not its. Returns 0, or -EINVAL and leaves the position
 * unknown. */
int position_parse(struct position *position, const char *text);
