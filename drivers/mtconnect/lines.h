/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a stream of bytes into lines. Pure but for memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LINES_LENGTH_MAX (1 << 20) /* an asset may be on one line */

struct lines {
    char *data;
    size_t length, capacity;
    bool is_skipping; /* the rest of a line that is too long */
};

struct lines_sink {
    void *owner;
    /* Without its end, writable; NULL for one that was too long. */
    void (*on_line)(void *owner, char *line);
};

void lines_feed(struct lines *lines, const char *bytes, size_t count,
                const struct lines_sink *sink);

/* Forgets the unfinished line, of a connection that is gone. */
void lines_reset(struct lines *lines);
void lines_done(struct lines *lines);
