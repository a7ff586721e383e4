/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between server and request: microhttpd's callbacks. Private to this folder.
 */
#pragma once

#include "daemon/status/server.h"

#include <microhttpd.h>

enum MHD_Result request_on_access(void *owner, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *data_size, void **state);
void request_on_completed(void *owner, struct MHD_Connection *connection, void **state,
                          enum MHD_RequestTerminationCode code);

/* microhttpd wants no sleeping connection when it stops. */
void request_wake_all(struct request *first);

/* A comment on every stream, so that a client that has left is noticed. */
void request_beat_all(struct request *first);

/* The head of the list of open requests. */
struct request **server_requests(struct server *server);
void server_nudge(struct server *server);
const struct server_site *server_site_of(const struct server *server);
bool server_is_unix(const struct server *server);
