/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before trying again: doubling from `first_ns` to `cap_ns`, spread by
 * up to half so that a hundred gateways do not come back in one second. Pure.
 */
#pragma once

#include <stdint.h>

struct backoff {
    int64_t first_ns;
    int64_t cap_ns;
    int64_t next_ns;
    uint32_t seed; /* of the spread; give each owner another one */
};

void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t cap_ns,
                  uint32_t seed);

/* The pause before the next try, in 50 to 100 % of the step; the step doubles. */
int64_t backoff_next(struct backoff *backoff);

/* It worked: begin again with the first step. */
void backoff_reset(struct backoff *backoff);
