/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent behind libmicrohttpd: probe, current, sample, assets, and streams in
 * multipart, with what agents of the two generations do differently (mtconnect.md 2).
 * Driven by the loop: libmicrohttpd's epoll descriptor is one uv_poll. Loop thread.
 */
#pragma once

#include "tools/cncsim/agent/agent.h"
#include "tools/cncsim/model/trouble.h"

#include <uv.h>

struct http_agent;

/* `port` 0 = the kernel gives one. The agent and its troubles are borrowed. Returns 0 or
 * a negative errno. */
int http_agent_create(uv_loop_t *loop, const char *address, int port, struct agent *agent,
                      const struct trouble *trouble, struct http_agent **ret_http);
int http_agent_port(const struct http_agent *http);

/* The simulated day's time, for faults that last. */
void http_agent_set_now(struct http_agent *http, int64_t now_ns);

/* Ends all streams: the agent has been restarted. */
void http_agent_end_streams(struct http_agent *http);

/* Frees itself on the loop. Accepts NULL. */
void http_agent_close(struct http_agent *http);
