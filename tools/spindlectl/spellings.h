/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What some registers may mean: the value of each type in each order. Pure.
 */
#pragma once

#include "drivers/modbus/registers.h"

#define SPELLINGS_WORDS 4 /* of the longest type */

struct spelling {
    const char *type;
    const char *order; /* as a configuration names it */
    size_t words;
    struct register_value value;
};

/* Calls `take` for each type that `count` words (1 to SPELLINGS_WORDS) are enough for, in
 * each order that it has: two of two bytes, four of four, eight of eight. */
void spellings_each(const uint16_t *words, size_t count,
                    void (*take)(void *owner, const struct spelling *spelling),
                    void *owner);
