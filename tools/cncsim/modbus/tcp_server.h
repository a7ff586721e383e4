/* SPDX-License-Identifier: Apache-2.0 */
/* A Modbus TCP port with one device behind it. Loop thread. */
#pragma once

#include "tools/cncsim/modbus/device.h"

#include <uv.h>

struct tcp_server;

/* `port` 0 = the kernel gives one. The device is borrowed. Returns 0 or a negative errno.
 */
int tcp_server_create(uv_loop_t *loop, const char *address, int port,
                      struct device *device, struct responder *responder,
                      struct tcp_server **ret_server);
int tcp_server_port(const struct tcp_server *server);

/* Closes all its connections; frees itself on the loop. Accepts NULL. */
void tcp_server_close(struct tcp_server *server);
