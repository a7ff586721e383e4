/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same machine as an SHDR adapter: lines over TCP, "* PING" answered. Also prints the
 * lines that a recording has. Loop thread, but for adapter_print(), which is pure.
 */
#pragma once

#include "tools/cncsim/agent/agent.h"

#include <uv.h>

struct adapter;

/* One line for every data item that shows `item`. */
void adapter_print(enum panel_item item, const struct panel_value *value,
                   enum agent_version version, int64_t wall_ns, struct text *text);

int adapter_create(uv_loop_t *loop, const char *address, int port,
                   const struct agent *agent, struct adapter **ret_adapter);
int adapter_port(const struct adapter *adapter);

/* To all who are connected. */
void adapter_observe(struct adapter *adapter, enum panel_item item,
                     const struct panel_value *value, int64_t wall_ns);

/* Frees itself on the loop. Accepts NULL. */
void adapter_close(struct adapter *adapter);
