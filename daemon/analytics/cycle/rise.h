/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a cut began, from a current, power or load that rises out of idle: the moment at
 * which it was half way up to what this cut draws. A light cut and a heavy one are then
 * dated alike, and a tool that enters slowly is dated in the middle of its entry. Pure.
 */
#pragma once

#include "daemon/base/moment.h"

#include <stdbool.h>

#define RISE_VALUES 256

struct rise {
    struct {
        int64_t at_ns;
        double value;
    } recent[RISE_VALUES];
    uint32_t count;
};

void rise_observe(struct rise *rise, int64_t at_ns, double value);

/* The value `back` values before the newest; false when it is not kept. */
bool rise_recall(const struct rise *rise, uint32_t back, int64_t *ret_at_ns,
                 double *ret_value);

/*
 * When it was half way from `idle` to the level of the last seconds, for a rise that was
 * noticed at `since_ns`; `ret_width_ns` is the distance to the value before.
 */
int64_t rise_middle(const struct rise *rise, double idle, int64_t since_ns,
                    int64_t *ret_width_ns);
