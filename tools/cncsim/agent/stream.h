/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One multipart stream of an agent: what its next bytes are, and when. Knows no socket:
 * the server asks for bytes and wakes it by its timer. Loop thread.
 */
#pragma once

#include "tools/cncsim/agent/agent.h"
#include "tools/cncsim/model/trouble.h"

#include <sys/types.h>

#define STREAM_BOUNDARY "6a94e5b3c41f0d27a8893b5e7c1d2f40"

struct stream {
    const struct agent *agent;
    const struct trouble *trouble;
    const int64_t *now_ns; /* of the simulated day */
    uint64_t instance;     /* the stream ends when the agent has another */
    uint64_t next;
    uint64_t count;
    int64_t interval_ms, heartbeat_ms;
    int64_t last_part_ms;
    bool is_current; /* full snapshots instead of news */
    bool ended;
    struct text pending;
    size_t said;
};

/* Composes the next part when it is due; returns whether there are bytes to send now. */
bool stream_compose(struct stream *stream, int64_t now_ms);

/* Copies up to `room` bytes; 0 = nothing now, -1 = it has ended. */
ssize_t stream_read(struct stream *stream, char *bytes, size_t room);

/* Until stream_compose() is worth a call again. */
int64_t stream_pause_ms(const struct stream *stream, int64_t now_ms);
