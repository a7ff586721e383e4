/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"

#include <pthread.h>
#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Wall minus monotonic clock as they were when the process first asked. */
static int64_t epoch_ns;
static pthread_once_t epoch_once = PTHREAD_ONCE_INIT;

static void set_epoch(void)
{
    epoch_ns = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

struct moment clock_now(void)
{
    (void)pthread_once(&epoch_once, set_epoch);
    return (struct moment){
        .mono_ns = read_clock(CLOCK_MONOTONIC) + epoch_ns,
        .wall_ns = read_clock(CLOCK_REALTIME),
    };
}
