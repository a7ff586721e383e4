/* SPDX-License-Identifier: Apache-2.0 */
/* One machine with what it speaks. Loop thread. */
#pragma once

#include "tools/cncsim/agent/adapter.h"
#include "tools/cncsim/agent/http_agent.h"
#include "tools/cncsim/modbus/device.h"
#include "tools/cncsim/modbus/map.h"
#include "tools/cncsim/modbus/serial_bus.h"
#include "tools/cncsim/modbus/tcp_server.h"
#include "tools/cncsim/model/machine.h"

struct world;

struct station {
    struct world *world;
    const struct machine_plan *plan;
    struct machine machine;
    struct trouble trouble; /* of the agent; the device has its own */
    bool was_overrun, was_restarted;

    struct device device;
    struct tcp_server *server;
    struct serial_bus *bus; /* shared */

    struct agent agent;
    bool has_agent;
    struct http_agent *http;
    struct adapter *adapter;
    struct recorder *recorder;
};

/* What its faults do to the agent when they begin. */
void station_suffer(struct station *station, int64_t now_ns, int64_t wall_ns);

/* An order from outside; `lasts` 0 ends it. */
void station_order_fault(struct station *station, const struct fault_plan *fault);
