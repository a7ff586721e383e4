/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/world/world.h"

#include "daemon/base/clock.h"
#include "tools/cncsim/model/machine_parts.h"
#include "tools/cncsim/world/world_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int64_t world_wall(const struct world *world, int64_t at_ns)
{
    return world->options.start_wall_ns + at_ns;
}

static void on_shown(void *owner, enum panel_item item, const struct panel_value *value,
                     int64_t at_ns)
{
    struct station *station = owner;
    int64_t wall_ns = world_wall(station->world, at_ns);

    if (station->has_agent)
        agent_observe(&station->agent, item, value, wall_ns);
    if (station->adapter)
        adapter_observe(station->adapter, item, value, wall_ns);
    if (station->recorder)
        recorder_observe(station->recorder, item, value, wall_ns);
}

static void station_announce_tools(struct station *station,
                                   const struct cycle_truth *cycle, int64_t wall_ns)
{
    const char *last = "";

    for (size_t i = 0; i < cycle->segment_count; i++) {
        int index = machine_edge_index(&station->machine, cycle->segments[i].tool);
        const struct tool_plan *tool =
            index >= 0 ? PLAN_ITEM(station->plan->tools, struct tool_plan, (size_t)index)
                       : NULL;

        if (tool && tool->asset && strcmp(tool->asset, last) != 0)
            agent_announce_asset(&station->agent, tool->asset, wall_ns);
        last = tool && tool->asset ? tool->asset : last;
    }
}

static void on_told(void *owner, const struct truth *truth)
{
    struct station *station = owner;
    int64_t wall_ns = world_wall(station->world, truth->at_ns);

    output_tell(station->world->output, truth);
    if (truth->kind == TRUTH_CYCLE && station->has_agent)
        station_announce_tools(station, truth->cycle, wall_ns);
    if (truth->kind == TRUTH_MEASUREMENT && station->recorder)
        recorder_measure(station->recorder, truth->measurement, wall_ns);
}

static const struct agent_plan recorded_agent = {.buffer_size = 16, .shdr_port = -1};

static int station_init(struct world *world, struct station *station,
                        const struct machine_plan *plan)
{
    struct machine_listener listener = {station, on_shown, on_told};
    const struct agent_plan *agent = plan->mtconnect ? plan->mtconnect : &recorded_agent;
    int error;

    station->world = world;
    station->plan = plan;
    machine_init(&station->machine, plan, (uint64_t)world->plan->seed, listener);
    error = agent_init(&station->agent, agent, &station->machine,
                       world->options.start_wall_ns);
    station->has_agent = plan->mtconnect && error == 0;
    return error < 0
               ? error
               : recorder_create(world->output, &station->agent, &station->recorder);
}

static int64_t world_day_ns(const struct world *world, int64_t mono_ns)
{
    double ns = (double)(mono_ns - world->start_mono_ns) * world->options.speed;

    return world->options.length_ns > 0 && ns > (double)world->options.length_ns
               ? world->options.length_ns
               : (int64_t)ns;
}

/* All machines one event after the other, in the order of the simulated day. */
static void world_advance(struct world *world, int64_t until_ns)
{
    for (;;) {
        struct station *first = NULL;
        int64_t at = INT64_MAX;

        for (size_t i = 0; i < world->count; i++) {
            int64_t next = machine_next_ns(&world->stations[i].machine);

            if (next < at) {
                at = next;
                first = &world->stations[i];
            }
        }
        if (!first || at > until_ns)
            break;
        machine_advance(&first->machine, at);
    }
    world->now_ns = until_ns;
}

int64_t world_catch_up(struct world *world)
{
    int64_t now_ns = world_day_ns(world, clock_now().mono_ns);

    if (now_ns <= world->now_ns)
        return world->now_ns;
    world_advance(world, now_ns);
    for (size_t i = 0; i < world->count; i++) {
        world->stations[i].agent.wall_ns = world_wall(world, now_ns);
        station_suffer(&world->stations[i], now_ns, world_wall(world, now_ns));
    }
    return now_ns;
}

static int64_t world_next_ns(const struct world *world)
{
    int64_t next = world->now_ns + NS_PER_S;

    for (size_t i = 0; i < world->count; i++) {
        int64_t at = machine_next_ns(&world->stations[i].machine);

        if (at < next)
            next = at;
    }
    return next;
}

static void on_time(uv_timer_t *timer)
{
    struct world *world = timer->data;
    double wait_ns;

    world_catch_up(world);
    if (world->options.length_ns > 0 && world->now_ns >= world->options.length_ns) {
        world->ended(world->owner);
        return;
    }
    wait_ns = (double)(world_next_ns(world) - world->now_ns) / world->options.speed;
    uv_timer_start(timer, on_time, (uint64_t)(wait_ns / 1e6) + 1, 0);
}

void world_start(struct world *world, void *owner, void (*ended)(void *owner))
{
    world->owner = owner;
    world->ended = ended;
    world->start_mono_ns = clock_now().mono_ns;
    uv_timer_start(&world->timer, on_time, 0, 0);
}

void world_run_through(struct world *world)
{
    world_advance(world, world->options.length_ns);
}

struct station *world_find(struct world *world, const char *machine)
{
    for (size_t i = 0; i < world->count; i++) {
        if (strcmp(world->stations[i].plan->name, machine) == 0)
            return &world->stations[i];
    }
    return NULL;
}

int world_create(uv_loop_t *loop, const struct scenario_plan *plan,
                 const struct world_options *options, struct output *output,
                 struct world **ret_world)
{
    struct world *world = calloc(1, sizeof(*world));
    size_t count = plan->machines.count;
    int error = 0;

    if (!world)
        return -ENOMEM;
    world->loop = loop;
    world->plan = plan;
    world->options = *options;
    world->output = output;
    world->start_mono_ns = clock_now().mono_ns;
    uv_timer_init(loop, &world->timer);
    world->timer.data = world;
    *ret_world = world;
    world->stations = calloc(count + 1, sizeof(*world->stations));
    if (!world->stations)
        return -ENOMEM;
    for (; world->count < count && error == 0; world->count++)
        error =
            station_init(world, &world->stations[world->count],
                         PLAN_ITEM(plan->machines, struct machine_plan, world->count));
    return error == 0 && options->serves ? world_serve(world) : error;
}

void world_close(struct world *world)
{
    uv_close((uv_handle_t *)&world->timer, NULL);
    world_stop_serving(world);
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        recorder_destroy(world->stations[i].recorder);
        agent_done(&world->stations[i].agent);
    }
    if (world->mapping)
        modbus_mapping_free(world->mapping);
    farm_free(world->farm);
    responder_destroy(world->tcp_responder);
    responder_destroy(world->serial_responder);
    free(world->stations);
    free(world);
}
