/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device refuses to be asked for, remembered over restarts and tried again, at the
 * latest after a day. Pure.
 *
 * As text: "h4100+2@1700000000/600 w60@1700000000", the area's letter (h i c d), address,
 * count, the second it was found, the seconds it is believed (a day unless said); w and
 * b: the longest block in words and bits that was answered.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "drivers/modbus/plan.h"

#define HOLES_MAX 128

struct block_limit {
    unsigned most; /* 0 = none was found */
    int64_t found_wall_ns;
};

struct hole_list {
    struct hole holes[HOLES_MAX];
    int64_t found_wall_ns[HOLES_MAX];
    int64_t keep_ns[HOLES_MAX]; /* how long it is believed */
    size_t count;
    struct block_limit words, bits;
};

/* Returns false when it is known already or there is no room. */
bool holes_add(struct hole_list *list, const struct hole *hole, int64_t keep_ns,
               int64_t wall_ns);

/* Forgets what has been believed long enough. Returns whether there was any. */
bool holes_expire(struct hole_list *list, int64_t wall_ns);

void holes_print(const struct hole_list *list, struct text *text);

/* Takes what it understands; anything else is left out. NULL = none. */
void holes_parse(struct hole_list *list, const char *string);
