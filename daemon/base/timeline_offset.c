/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/timeline.h"

#include <math.h>

#define ZONE_NS (15 * NS_PER_MINUTE)

struct moment timeline_lead(const struct timeline *timeline)
{
    if (timeline->is_replay)
        return (struct moment){timeline->lead_ns, timeline->lead_wall_ns};
    return (struct moment){.mono_ns = timeline->lead_ns,
                           .wall_ns = timeline->is_foreign ? timeline->lead_ns : 0};
}

struct moment timeline_now(const struct timeline *timeline, struct moment now)
{
    return moment_in(now, timeline_lead(timeline));
}

/* What is learned in the machine's time, seen from ours. */
static int64_t our_offset(const struct timeline *timeline)
{
    return timeline->offset_ns - (timeline->is_foreign ? 0 : timeline->lead_ns);
}

double timeline_offset(const struct timeline *timeline)
{
    if (timeline->is_replay || !timeline->has_window)
        return (double)NAN;
    return (double)our_offset(timeline) / (double)NS_PER_S;
}

int timeline_zone_error(const struct timeline *timeline)
{
    if (timeline->is_replay || !timeline->has_window)
        return 0;

    int64_t offset_ns = our_offset(timeline);
    int64_t quarters = (offset_ns + (offset_ns < 0 ? -ZONE_NS : ZONE_NS) / 2) / ZONE_NS;
    int64_t rest_ns = offset_ns - quarters * ZONE_NS;
    bool is_zone = quarters && quarters >= -56 && quarters <= 56 &&
                   rest_ns > -10 * NS_PER_S && rest_ns < 10 * NS_PER_S;
    return is_zone ? (int)(quarters * 15) : 0;
}
