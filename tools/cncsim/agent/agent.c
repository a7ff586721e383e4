/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/agent.h"

#include "daemon/base/moment.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void agent_add(struct agent *agent, size_t row, const struct panel_value *value,
                      int64_t wall_ns)
{
    struct observation *observation = &agent->ring[agent->next % agent->capacity];

    *observation = (struct observation){.sequence = agent->next,
                                        .wall_ns = wall_ns,
                                        .row = (uint16_t)row,
                                        .unavailable = !value};
    if (value)
        observation->value = *value;
    agent->latest[row] = *observation;
    agent->next++;
    if (agent->next - agent->oldest > agent->capacity)
        agent->oldest = agent->next - agent->capacity;
}

static void agent_lose_machine(struct agent *agent, int64_t wall_ns)
{
    for (size_t i = 0; i < item_count; i++) {
        if (item_speaks(&item_rows[i], agent->version))
            agent_add(agent, i, NULL, wall_ns);
    }
}

/* What an adapter sends when it has connected: everything. */
static void agent_find_machine(struct agent *agent, int64_t wall_ns)
{
    for (size_t i = 0; i < item_count; i++) {
        const struct item_row *row = &item_rows[i];

        if (row->item >= 0 && item_speaks(row, agent->version))
            agent_add(agent, i, &agent->machine->panel.values[row->item], wall_ns);
    }
}

int agent_init(struct agent *agent, const struct agent_plan *plan,
               const struct machine *machine, int64_t wall_ns)
{
    assert(item_count <= AGENT_ITEMS_MAX);
    memset(agent, 0, sizeof(*agent));
    agent->plan = plan;
    agent->machine = machine;
    agent->device = plan->device ? plan->device : machine->plan->name;
    agent->uuid = plan->uuid ? plan->uuid : agent->device;
    agent->version = (enum agent_version)plan->version;
    agent->capacity = (size_t)plan->buffer_size;
    agent->ring = calloc(agent->capacity, sizeof(*agent->ring));
    if (!agent->ring)
        return -ENOMEM;
    agent->instance = plan->instance > 0 ? (uint64_t)plan->instance - 1
                                         : (uint64_t)(wall_ns / NS_PER_S) - 1;
    agent->started_wall_ns = wall_ns;
    agent_restart(agent, wall_ns);
    return 0;
}

void agent_done(struct agent *agent)
{
    free(agent->ring);
    agent->ring = NULL;
}

void agent_restart(struct agent *agent, int64_t wall_ns)
{
    agent->instance++;
    agent->next = agent->oldest = 1;
    agent->wall_ns = wall_ns;
    agent_lose_machine(agent, wall_ns);
    agent->available = agent->machine->panel.values[ITEM_AVAILABLE].number != 0;
    if (agent->available)
        agent_find_machine(agent, wall_ns);
}

void agent_overrun(struct agent *agent)
{
    agent->oldest = agent->next;
}

void agent_observe(struct agent *agent, enum panel_item item,
                   const struct panel_value *value, int64_t wall_ns)
{
    agent->wall_ns = wall_ns;
    if (item == ITEM_AVAILABLE) {
        agent->available = value->number != 0;
        if (agent->available)
            agent_find_machine(agent, wall_ns);
        else
            agent_lose_machine(agent, wall_ns);
        return;
    }
    if (!agent->available)
        return;
    for (size_t i = 0; i < item_count; i++) {
        if (item_rows[i].item == (int)item && item_speaks(&item_rows[i], agent->version))
            agent_add(agent, i, value, wall_ns);
    }
}

void agent_announce_asset(struct agent *agent, const char *asset, int64_t wall_ns)
{
    struct panel_value value = {0};

    text_copy(value.text, sizeof(value.text), asset);
    for (size_t i = 0; i < item_count; i++) {
        if (strcmp(item_rows[i].type, "ASSET_CHANGED") == 0)
            agent_add(agent, i, &value, wall_ns);
    }
}

const struct observation *agent_find(const struct agent *agent, uint64_t sequence)
{
    if (sequence < agent->oldest || sequence >= agent->next)
        return NULL;
    return &agent->ring[sequence % agent->capacity];
}

static bool same(const char *string, const char *name, size_t length)
{
    return strlen(string) == length && memcmp(string, name, length) == 0;
}

bool agent_is(const struct agent *agent, const char *name, size_t length)
{
    return same(agent->device, name, length) || same(agent->uuid, name, length);
}
