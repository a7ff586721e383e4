/* SPDX-License-Identifier: Apache-2.0 */
/* An RS-485 bus on a pseudo terminal: several units share it, as on a real line. Loop
 * thread. */
#pragma once

#include "tools/cncsim/modbus/device.h"

#include <uv.h>

#define BUS_UNITS_MAX 32

struct serial_bus;

/* `baud` sets how long answers are on the line. Returns 0 or a negative errno. */
int serial_bus_create(uv_loop_t *loop, const char *name, int64_t baud,
                      struct responder *responder, struct serial_bus **ret_bus);

/* The device is borrowed. Returns 0, -ENOSPC, or -EEXIST when the unit is taken. */
int serial_bus_join(struct serial_bus *bus, struct device *device);

/* What a client opens. */
const char *serial_bus_path(const struct serial_bus *bus);
const char *serial_bus_name(const struct serial_bus *bus);

/* Frees itself on the loop. Accepts NULL. */
void serial_bus_close(struct serial_bus *bus);
