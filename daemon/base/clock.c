/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct moment clock_now(void)
{
    return (struct moment){
        .mono_ns = read_clock(CLOCK_MONOTONIC),
        .wall_ns = read_clock(CLOCK_REALTIME),
    };
}
