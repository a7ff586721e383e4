/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the world only. */
#pragma once

#include "tools/cncsim/world/farm.h"
#include "tools/cncsim/world/world.h"

struct world {
    uv_loop_t *loop;
    const struct scenario_plan *plan;
    struct world_options options;
    struct output *output;
    struct station *stations;
    size_t count;
    struct responder *tcp_responder, *serial_responder;
    struct serial_bus *buses[WORLD_BUSES_MAX];
    size_t bus_count;
    modbus_mapping_t *mapping;
    struct farm *farm;
    uv_timer_t timer;
    int64_t start_mono_ns, now_ns;
    void *owner;
    void (*ended)(void *owner);
};

/* serving.c: sockets and buses. */
int world_serve(struct world *world);
void world_stop_serving(struct world *world);
