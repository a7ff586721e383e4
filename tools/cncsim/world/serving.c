/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/world/world_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void on_fill(void *owner, modbus_mapping_t *mapping)
{
    struct station *station = owner;
    struct map map = {0};

    (void)world_catch_up(station->world);
    map_fill(&map, &station->machine.panel);
    memcpy(mapping->tab_registers, map.holding, sizeof(map.holding));
    memcpy(mapping->tab_input_registers, map.holding, sizeof(map.holding));
    memcpy(mapping->tab_bits, map.bits, sizeof(map.bits));
    memcpy(mapping->tab_input_bits, map.bits, sizeof(map.bits));
}

static int64_t on_now(void *owner)
{
    struct station *station = owner;

    return world_catch_up(station->world);
}

static void on_refused(void *owner, int function)
{
    struct station *station = owner;
    struct event_truth event = {"write_refused", "", function, 0};
    struct truth truth = {.kind = TRUTH_EVENT,
                          .machine = station->plan->name,
                          .at_ns = world_catch_up(station->world),
                          .event = &event};

    output_tell(station->world->output, &truth);
}

static int world_find_bus(struct world *world, const struct modbus_plan *plan,
                          struct serial_bus **ret_bus)
{
    int error;

    for (size_t i = 0; i < world->bus_count; i++) {
        if (strcmp(serial_bus_name(world->buses[i]), plan->serial) == 0) {
            *ret_bus = world->buses[i];
            return 0;
        }
    }
    if (world->bus_count == WORLD_BUSES_MAX)
        return -ENOSPC;
    error = serial_bus_create(world->loop, plan->serial, plan->baud,
                              world->serial_responder, ret_bus);
    if (error == 0)
        world->buses[world->bus_count++] = *ret_bus;
    return error;
}

static int station_serve_modbus(struct station *station, const struct modbus_plan *plan)
{
    struct world *world = station->world;
    int error;

    station->device = (struct device){.unit = plan->serial ? (int)plan->unit : -1,
                                      .delay_ns = plan->delay,
                                      .trouble = {.planned = &station->plan->faults},
                                      .mapping = world->mapping,
                                      .owner = station,
                                      .fill = on_fill,
                                      .now_ns = on_now,
                                      .refused = on_refused};
    if (!plan->serial)
        return tcp_server_create(world->loop, world->options.address, (int)plan->port,
                                 &station->device, world->tcp_responder,
                                 &station->server);
    error = world_find_bus(world, plan, &station->bus);
    return error < 0 ? error : serial_bus_join(station->bus, &station->device);
}

static int station_serve_agent(struct station *station, const struct agent_plan *plan)
{
    struct world *world = station->world;
    int error = 0;

    if (plan->serve)
        error = http_agent_create(world->loop, world->options.address, (int)plan->port,
                                  &station->agent, &station->trouble, &station->http);
    if (error == 0 && plan->shdr_port >= 0)
        error = adapter_create(world->loop, world->options.address, (int)plan->shdr_port,
                               &station->agent, &station->adapter);
    return error;
}

static int station_serve(struct station *station)
{
    int error = 0;

    station->trouble.planned = &station->plan->faults;
    if (station->plan->modbus)
        error = station_serve_modbus(station, station->plan->modbus);
    if (error == 0 && station->plan->mtconnect)
        error = station_serve_agent(station, station->plan->mtconnect);
    if (error < 0)
        (void)fprintf(stderr, "cncsim: cannot serve %s: %s\n", station->plan->name,
                      strerror(-error));
    return error;
}

int world_serve(struct world *world)
{
    int error = responder_create(true, &world->tcp_responder);

    if (error == 0)
        error = responder_create(false, &world->serial_responder);
    if (error < 0)
        return error;
    world->mapping = modbus_mapping_new(MAP_BITS, MAP_BITS, MAP_REGISTERS, MAP_REGISTERS);
    if (!world->mapping)
        return -ENOMEM;
    for (size_t i = 0; i < world->count && error == 0; i++)
        error = station_serve(&world->stations[i]);
    if (error == 0 && world->plan->farm)
        error = farm_create(world->loop, world->options.address, world->plan->farm,
                            world->tcp_responder, &world->farm);
    return error;
}

void world_stop_serving(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        tcp_server_close(world->stations[i].server);
        http_agent_close(world->stations[i].http);
        adapter_close(world->stations[i].adapter);
    }
    for (size_t i = 0; i < world->bus_count; i++)
        serial_bus_close(world->buses[i]);
    farm_close(world->farm);
}
