/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tracker remembers, as bytes: named parts, each without its zeros. A thermometer
 * takes some hundred bytes, where room for charts and tools stood empty. Pure.
 */
#pragma once

#include "daemon/base/text.h"

/* Writing: begin, then for each part begin, append its bytes, finish. */
void snapshot_begin(struct text *text);

/* Returns what snapshot_finish_part() wants to know. */
size_t snapshot_begin_part(struct text *text, const char *name);
void snapshot_finish_part(struct text *text, size_t at);

/* Reading; the bytes are borrowed until it is closed. */
struct snapshot {
    const char *bytes;
    size_t length;
    bool is_packed;
    struct text part;
};

/* Returns 0, or -EPROTO when the bytes are of an unknown version or not ours. */
int snapshot_open(struct snapshot *snapshot, const void *bytes, size_t length);
void snapshot_close(struct snapshot *snapshot);

/* The part's bytes as they were appended, until the next call; NULL when there are none
 * or they cannot be read. */
const char *snapshot_part(struct snapshot *snapshot, const char *name,
                          size_t *ret_length);
