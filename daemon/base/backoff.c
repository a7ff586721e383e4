/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/backoff.h"

void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t cap_ns,
                  uint32_t seed)
{
    *backoff = (struct backoff){
        .first_ns = first_ns,
        .cap_ns = cap_ns,
        .next_ns = first_ns,
        .seed = seed ? seed : 1,
    };
}

/* Marsaglia's xorshift with 32 bits: good enough to spread, and repeatable. */
static uint32_t spread(struct backoff *backoff)
{
    backoff->seed ^= backoff->seed << 13;
    backoff->seed ^= backoff->seed >> 17;
    backoff->seed ^= backoff->seed << 5;
    return backoff->seed;
}

int64_t backoff_next(struct backoff *backoff)
{
    int64_t step = backoff->next_ns;
    int64_t half = step / 2;

    backoff->next_ns = step > backoff->cap_ns / 2 ? backoff->cap_ns : step * 2;
    return half +
           (int64_t)((double)half * ((double)spread(backoff) / (double)UINT32_MAX));
}

void backoff_reset(struct backoff *backoff)
{
    backoff->next_ns = backoff->first_ns;
}
