/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that waits for somebody else's answer: the reader's, the store's. The client
 * may leave meanwhile; the answer then finds nobody. Loop thread.
 */
#pragma once

#include "daemon/status/server.h"

struct held;

/* NULL when there is no memory for it; then the request has been refused. */
struct held *held_begin(struct request *request);

/* The request to be answered now, or NULL when the client has left. Frees `held`. */
struct request *held_end(struct held *held);
