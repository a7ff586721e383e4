/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a polled signal is looked at, and so how well an edge is dated: domain.md
 * 0.1. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/model/sample.h"

struct poll_slot {
    int64_t last_ns, period_ns; /* last heard; how far apart polls are */
    bool is_known, is_polled;
};

/*
 * Returns how wide the interval is in which the change lies that `sample` shows: from the
 * last poll without it to this one; 0 for a source that tells when it happened. Polled is
 * what repeats itself and is not exact about time, or what the options say.
 */
int64_t poll_slot_observe(struct poll_slot *slot, const struct cycle_options *options,
                          const struct sample *sample, bool is_same);
