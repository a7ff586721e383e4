/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/timeline.h"

#include <math.h>

/* Two windows are looked at, so an offset is forgotten after one to two minutes. */
#define WINDOW_NS NS_PER_MINUTE

/* A stamp this far behind is not lateness but another time. */
#define JUMP_NS (5 * NS_PER_S)

#define ZONE_NS (15 * NS_PER_MINUTE)

void timeline_init(struct timeline *timeline, bool is_replay)
{
    *timeline = (struct timeline){.is_replay = is_replay};
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void believe(struct timeline *timeline, int64_t stamp_ns)
{
    timeline->has_stamp = true;
    timeline->stamp_ns = later(timeline->stamp_ns, stamp_ns);
    timeline->has_doubt = false;
}

/* The clock went back and stayed there: time goes on from where it was. */
static void rebase(struct timeline *timeline, int64_t stamp_ns)
{
    timeline->shift_ns = timeline->mono_ns - timeline->doubted_ns;
    timeline->stamp_ns = stamp_ns;
    timeline->has_doubt = false;
    timeline->jumps++;
}

/*
 * A stamp from the past is doubted at first: an asset of three hours ago, the last known
 * values at connect. When what follows goes on from it, the clock has jumped.
 */
static struct placement place_replayed(struct timeline *timeline, int64_t stamp_ns)
{
    bool is_behind = timeline->has_stamp && stamp_ns < timeline->stamp_ns - JUMP_NS;

    if (!timeline->has_stamp) {
        timeline->mono_ns = stamp_ns;
        timeline->stamp_ns = stamp_ns;
    }
    if (is_behind && timeline->has_doubt && stamp_ns > timeline->doubted_ns &&
        stamp_ns - timeline->doubted_ns < NS_PER_MINUTE) {
        rebase(timeline, stamp_ns);
        timeline->mono_ns = later(timeline->mono_ns, stamp_ns + timeline->shift_ns);
        return (struct placement){
            .at = {.mono_ns = timeline->mono_ns, .wall_ns = stamp_ns},
            .is_suspect = true
        };
    }
    int64_t mono_ns = timeline->mono_ns;
    if (is_behind) {
        timeline->has_doubt = true;
        timeline->doubted_ns = stamp_ns;
    } else {
        believe(timeline, stamp_ns);
        mono_ns = stamp_ns + timeline->shift_ns;
        timeline->mono_ns = later(timeline->mono_ns, mono_ns);
    }
    return (struct placement){
        .at = {.mono_ns = mono_ns, .wall_ns = stamp_ns},
          .is_suspect = is_behind
    };
}

static void observe_offset(struct timeline *timeline, int64_t offset_ns, int64_t mono_ns)
{
    if (!timeline->has_least[0] || mono_ns - timeline->window_ns > WINDOW_NS) {
        timeline->least_ns[1] = timeline->least_ns[0];
        timeline->has_least[1] = timeline->has_least[0];
        timeline->has_least[0] = false;
        timeline->window_ns = mono_ns;
    }
    if (!timeline->has_least[0] || offset_ns < timeline->least_ns[0])
        timeline->least_ns[0] = offset_ns;
    timeline->has_least[0] = true;
}

static int64_t least_offset(const struct timeline *timeline)
{
    if (timeline->has_least[1] && timeline->least_ns[1] < timeline->least_ns[0])
        return timeline->least_ns[1];
    return timeline->least_ns[0];
}

/* The device's clock was set: what was learned about it is wrong. */
static void forget(struct timeline *timeline)
{
    timeline->has_least[0] = false;
    timeline->has_least[1] = false;
    timeline->jumps++;
}

static struct placement place_live(struct timeline *timeline, int64_t stamp_ns,
                                   struct moment received)
{
    bool has_jumped = timeline->has_least[0] &&
                      (stamp_ns < timeline->stamp_ns - JUMP_NS ||
                       received.wall_ns - stamp_ns < least_offset(timeline) - JUMP_NS);

    if (has_jumped)
        forget(timeline);
    observe_offset(timeline, received.wall_ns - stamp_ns, received.mono_ns);
    timeline->has_stamp = true;
    timeline->stamp_ns = has_jumped ? stamp_ns : later(timeline->stamp_ns, stamp_ns);

    int64_t late_ns = received.wall_ns - stamp_ns - least_offset(timeline);
    int64_t mono_ns = received.mono_ns - later(late_ns, 0);
    if (has_jumped || mono_ns < timeline->mono_ns - JUMP_NS)
        mono_ns = later(mono_ns, timeline->mono_ns);
    timeline->mono_ns = later(timeline->mono_ns, mono_ns);
    return (struct placement){
        .at = {.mono_ns = mono_ns,
               .wall_ns = received.wall_ns - (received.mono_ns - mono_ns)},
        .is_suspect = has_jumped,
    };
}

struct placement timeline_place(struct timeline *timeline, int64_t stamp_ns,
                                struct moment received, bool is_news)
{
    if (timeline->is_replay)
        return place_replayed(timeline, stamp_ns);
    if (is_news)
        return place_live(timeline, stamp_ns, received);
    timeline->mono_ns = later(timeline->mono_ns, received.mono_ns);
    return (struct placement){.at = received};
}

double timeline_offset(const struct timeline *timeline)
{
    if (timeline->is_replay || !timeline->has_least[0])
        return NAN;
    return (double)least_offset(timeline) / (double)NS_PER_S;
}

int timeline_zone_error(const struct timeline *timeline)
{
    if (timeline->is_replay || !timeline->has_least[0])
        return 0;

    int64_t offset_ns = least_offset(timeline);
    int64_t quarters = (offset_ns + (offset_ns < 0 ? -ZONE_NS : ZONE_NS) / 2) / ZONE_NS;
    int64_t rest_ns = offset_ns - quarters * ZONE_NS;
    bool is_zone = quarters && quarters >= -56 && quarters <= 56 &&
                   rest_ns > -10 * NS_PER_S && rest_ns < 10 * NS_PER_S;
    return is_zone ? (int)(quarters * 15) : 0;
}
