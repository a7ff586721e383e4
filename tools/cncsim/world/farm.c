/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/world/farm.h"

#include "daemon/base/clock.h"
#include "tools/cncsim/modbus/map.h"

#include <errno.h>
#include <stdlib.h>

struct farm_device {
    struct device device;
    struct tcp_server *server;
    const struct farm *farm;
    uint16_t number; /* from 1 */
    uint32_t answer;
};

struct farm {
    const struct farm_plan *plan;
    modbus_mapping_t *mapping;
    int64_t start_ns;
    struct farm_device *devices;
    size_t count;
};

static void on_fill(void *owner, modbus_mapping_t *mapping)
{
    struct farm_device *device = owner;
    int64_t ms = (clock_now().mono_ns - device->farm->start_ns) / NS_PER_MS;

    farm_fill(mapping->tab_registers, mapping->nb_registers, device->number,
              ++device->answer, (uint32_t)ms);
}

static int64_t on_now(void *owner)
{
    (void)owner;
    return 0; /* a farm has no faults by time */
}

static void on_refused(void *owner, int function)
{
    (void)owner;
    (void)function;
}

static int farm_add(struct farm *farm, uv_loop_t *loop, const char *address,
                    struct responder *responder)
{
    struct farm_device *device = &farm->devices[farm->count];
    int port = farm->plan->port > 0 ? (int)(farm->plan->port + (int64_t)farm->count) : 0;

    device->farm = farm;
    device->number = (uint16_t)(farm->count + 1);
    device->device = (struct device){.unit = -1,
                                     .delay_ns = farm->plan->delay,
                                     .mapping = farm->mapping,
                                     .owner = device,
                                     .fill = on_fill,
                                     .now_ns = on_now,
                                     .refused = on_refused};
    return tcp_server_create(loop, address, port, &device->device, responder,
                             &device->server);
}

int farm_create(uv_loop_t *loop, const char *address, const struct farm_plan *plan,
                struct responder *responder, struct farm **ret_farm)
{
    struct farm *farm = calloc(1, sizeof(*farm));
    int error = 0;

    if (!farm)
        return -ENOMEM;
    farm->plan = plan;
    farm->start_ns = clock_now().mono_ns;
    farm->mapping = modbus_mapping_new(0, 0, (int)plan->registers, 0);
    farm->devices = calloc((size_t)plan->count, sizeof(*farm->devices));
    if (!farm->mapping || !farm->devices)
        error = -ENOMEM;
    for (; error == 0 && farm->count < (size_t)plan->count; farm->count++)
        error = farm_add(farm, loop, address, responder);
    *ret_farm = farm;
    return error;
}

void farm_print_ports(const struct farm *farm, struct text *text)
{
    for (size_t i = 0; i < farm->count; i++)
        text_add_format(text, "%s%d", i > 0 ? "," : "",
                        tcp_server_port(farm->devices[i].server));
}

void farm_close(struct farm *farm)
{
    for (size_t i = 0; farm && i < farm->count; i++)
        tcp_server_close(farm->devices[i].server);
}

void farm_free(struct farm *farm)
{
    if (!farm)
        return;
    if (farm->mapping)
        modbus_mapping_free(farm->mapping);
    free(farm->devices);
    free(farm);
}
