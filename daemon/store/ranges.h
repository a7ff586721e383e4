/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of ids as ranges, in order and never touching: what a sink has acknowledged, what
 * is still to be sent. Owned by whoever embeds it; memory grows with the number of holes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    int64_t first, last; /* both inclusive */
};

struct ranges {
    struct range *items;
    size_t count, capacity;
};

void ranges_done(struct ranges *ranges);
void ranges_clear(struct ranges *ranges);

/* Both do nothing when first > last. Return 0 or -ENOMEM, and then changed nothing. */
int ranges_add(struct ranges *ranges, int64_t first, int64_t last);
int ranges_remove(struct ranges *ranges, int64_t first, int64_t last);

int ranges_copy(struct ranges *ranges, const struct ranges *from);

bool ranges_contain(const struct ranges *ranges, int64_t id);

/* The first stretch of ids in first..last that is not in the set. */
bool ranges_find_hole(const struct ranges *ranges, int64_t first, int64_t last,
                      struct range *ret_hole);

/* The greatest id up to which, from 1, all are in the set; 0 when 1 is not. */
int64_t ranges_floor(const struct ranges *ranges);
