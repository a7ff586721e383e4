/* SPDX-License-Identifier: Apache-2.0 */
/* Many small Modbus devices with values that prove themselves (modbus/map.h). Loop
 * thread. */
#pragma once

#include "tools/cncsim/modbus/tcp_server.h"

#include "daemon/base/text.h"

struct farm;
struct world;

int farm_create(uv_loop_t *loop, const char *address, const struct farm_plan *plan,
                struct responder *responder, struct farm **ret_farm);

/* The ports in order, as a JSON array's content. */
void farm_print_ports(const struct farm *farm, struct text *text);

/* Accepts NULL. */
void farm_close(struct farm *farm);
void farm_free(struct farm *farm);
