/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as a destination wants them. Sinks say how they are made, the store's reader
 * makes them while it has the rows in hand: the loop never takes packed rows apart.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/model/record.h"

struct place; /* daemon/sinks/sink.h */

/* Appends the record; pure, any thread. Returns a count of the sink's own, or a negative
 * errno and then appends nothing. */
typedef int (*record_render)(const struct record *record, const struct place *place,
                             struct text *text);

struct rendering {
    int result; /* what record_render returned */
    const char *bytes;
    size_t length;
};

/* One a record; all zero = none were made. */
struct renderings {
    struct rendering *items;
    struct text text;
};

/* Returns 0, or -ENOMEM, and then there are none. Any thread. */
int renderings_make(const struct record *records, size_t count, record_render render,
                    const struct place *place, struct renderings *ret_renderings);
void renderings_done(struct renderings *renderings);

/* Those from the record at `index` on; NULL when none were made. */
const struct rendering *renderings_from(const struct renderings *renderings,
                                        size_t index);
