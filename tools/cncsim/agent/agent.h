/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An MTConnect agent without its socket: the ring of observations and the documents made
 * from it, in the words of one schema version. No clock, no I/O.
 */
#pragma once

#include "tools/cncsim/agent/item.h"
#include "tools/cncsim/model/machine.h"

#define AGENT_ITEMS_MAX 48

struct observation {
    uint64_t sequence;
    int64_t wall_ns;
    uint16_t row; /* of item_rows */
    bool unavailable;
    struct panel_value value;
};

struct agent {
    const struct agent_plan *plan;
    const struct machine *machine; /* for its tools */
    const char *device, *uuid;
    enum agent_version version;
    uint64_t instance;
    uint64_t next;   /* sequence of the next observation */
    uint64_t oldest; /* the first that is still kept */
    int64_t wall_ns; /* now, by the agent's clock */
    int64_t started_wall_ns;
    struct observation *ring;
    size_t capacity;
    struct observation latest[AGENT_ITEMS_MAX];
    bool available;
};

/* Everything is UNAVAILABLE first, as a real agent has it. Returns 0 or -ENOMEM. */
int agent_init(struct agent *agent, const struct agent_plan *plan,
               const struct machine *machine, int64_t wall_ns);
void agent_done(struct agent *agent);

/* The machine shows something else. Availability takes every other item with it. */
void agent_observe(struct agent *agent, enum panel_item item,
                   const struct panel_value *value, int64_t wall_ns);

/* The tool's life has moved: its asset is announced. */
void agent_announce_asset(struct agent *agent, const char *asset, int64_t wall_ns);

/* A new instance with the same machine: sequences begin again. */
void agent_restart(struct agent *agent, int64_t wall_ns);

/* Everything that is kept is forgotten. */
void agent_overrun(struct agent *agent);

const struct observation *agent_find(const struct agent *agent, uint64_t sequence);

/* Is `name` this device, by name or uuid? */
bool agent_is(const struct agent *agent, const char *name, size_t length);

/* document.c: each appends one whole document. */
void agent_print_probe(const struct agent *agent, struct text *text);
void agent_print_current(const struct agent *agent, struct text *text);
/* Up to `count` observations from `from`; `ret_next` is the header's nextSequence. */
void agent_print_sample(const struct agent *agent, uint64_t from, uint64_t count,
                        struct text *text, uint64_t *ret_next);
void agent_print_assets(const struct agent *agent, const char *asset, struct text *text);
void agent_print_error(const struct agent *agent, const char *code, const char *words,
                       struct text *text);
bool agent_has_asset(const struct agent *agent, const char *asset);
