/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client that asks a server on the same loop. Not thread-safe; for tests.
 */
#pragma once

#include <stddef.h>
#include <uv.h>

/* A socket that does not block, connected to this port of loopback, `text` sent. */
int caller_dial(unsigned port, const char *text);

/*
 * Runs the loop until `wanted` has come, the other end closed, or ten seconds are over;
 * takes at most `piece` bytes in a turn. Returns all that came, until the next call.
 */
const char *caller_hear_slowly(uv_loop_t *loop, int client, const char *wanted,
                               size_t piece);
const char *caller_hear(uv_loop_t *loop, int client, const char *wanted);
