/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All machines of a scenario with their servers, on one loop and one simulated clock.
 * Loop thread.
 */
#pragma once

#include "tools/cncsim/world/output.h"
#include "tools/cncsim/world/station.h"

#define WORLD_BUSES_MAX 8

struct world_options {
    double speed;      /* simulated seconds a second */
    int64_t length_ns; /* of the simulated day; 0 = until stopped */
    int64_t start_wall_ns;
    const char *address; /* to listen at */
    bool serves;         /* false: no sockets, as fast as it goes */
};

struct world;
struct farm;

/* Everything is borrowed. Complaints are sentences on stderr. Returns 0 or a negative
 * errno. */
int world_create(uv_loop_t *loop, const struct scenario_plan *plan,
                 const struct world_options *options, struct output *output,
                 struct world **ret_world);

/* Lives to the end without a loop; only when nothing is served. */
void world_run_through(struct world *world);

/* Starts the clock; `ended` is called when the day is over. */
void world_start(struct world *world, void *owner, void (*ended)(void *owner));

/* Closes all; frees itself when the loop is done with it: call world_free() then. */
void world_close(struct world *world);
void world_free(struct world *world);

/*
 * One line from a person: "fault MACHINE KIND …", "befall MACHINE KIND …", "clear
 * MACHINE", "ports". Appends what is to be said.
 */
void world_command(struct world *world, const char *line, struct text *answer);

/* The addresses, as JSON. */
void world_print_ports(const struct world *world, struct text *text);

/* Brings all machines to now, and says when that is. */
int64_t world_catch_up(struct world *world);

struct station *world_find(struct world *world, const char *machine);
