/* SPDX-License-Identifier: Apache-2.0 */
/* One request to an agent and its answer. Loop thread. */
#pragma once

#include "tools/cncsim/agent/stream.h"

#include <microhttpd.h>

struct http_agent;

struct request {
    struct http_agent *http;
    const struct agent *agent;
    struct MHD_Connection *connection;
    const char *path; /* behind the device */
};

/* Answers by its path. */
enum MHD_Result request_route(struct request *request);

/* An error document: HTTP 200 from the first generation, `status` from the second. */
enum MHD_Result request_refuse(struct request *request, unsigned status, const char *code,
                               const char *words);

/* http_agent.c: a stream begins. */
enum MHD_Result request_stream(struct request *request, const struct stream *wanted);
