/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/timeline.h"

/* In this time something comes without delay, or the clock is behind. */
#define WINDOW_NS NS_PER_MINUTE

/* A device this far ahead of us, or behind in every single stamp, has another time. */
#define AHEAD_NS  NS_PER_S
#define BEHIND_NS (NS_PER_S / 2)

/* Beyond this the stamps are no use to people; they are shown our time instead. */
#define WRONG_NS NS_PER_MINUTE

/* A stamp this far behind is not lateness but another time. */
#define JUMP_NS (5 * NS_PER_S)

/* Nothing but old stamps for this long: the clock was set back. */
#define SET_BACK_NS (2 * NS_PER_S)

/* Stamps of another day belong to a clock of its own: it is neither late nor corrected.
 */
#define FOREIGN_NS NS_PER_DAY

/* Stamps as old as this at first sight are no backlog. */
#define ANCIENT_NS (30 * NS_PER_DAY)

/* Old stamps that go on from each other for so long are played, not left over. */
#define PLAYED_NS (NS_PER_S / 10)

/* What a clock may gain or lose in a minute without being set. */
#define DRIFT_NS (NS_PER_S / 20)

/* A clock of its own whose stamps are this near to ours has been set right. */
#define HOME_NS NS_PER_HOUR

/* So many leaps ahead of all before, each soon after the last, are no settings. */
#define GAINS_FAST      4
#define GAINS_WITHIN_NS (5 * NS_PER_S)

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

/* Does a stamp that does not fit go on from the last one that did not? */
static bool goes_on(const struct timeline *timeline, int64_t stamp_ns)
{
    return timeline->has_doubt && stamp_ns > timeline->doubted_ns &&
           stamp_ns - timeline->doubted_ns < NS_PER_MINUTE;
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
    if (is_behind && goes_on(timeline, stamp_ns)) {
        rebase(timeline, stamp_ns);
        timeline->mono_ns = later(timeline->mono_ns, stamp_ns + timeline->shift_ns);
        return (struct placement){
            .at = {.mono_ns = timeline->mono_ns, .wall_ns = stamp_ns},
            .is_suspect = true,
            .is_jump = true
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

static void begin_window(struct timeline *timeline, int64_t offset_ns, int64_t mono_ns)
{
    timeline->has_window = true;
    timeline->window_ns = mono_ns;
    timeline->least_ns = offset_ns;
}

static bool is_within(int64_t ns, int64_t limit_ns)
{
    return ns <= limit_ns && ns >= -limit_ns;
}

/* A clock that is set is ahead of all before once; one that runs fast, every moment. */
static void note_gain(struct timeline *timeline, int64_t offset_ns, int64_t mono_ns)
{
    if (offset_ns >= timeline->most_ahead_ns - AHEAD_NS)
        return;
    bool is_soon = timeline->gains && mono_ns - timeline->gained_ns < GAINS_WITHIN_NS;
    timeline->gains = is_soon ? timeline->gains + 1 : 1;
    timeline->gained_ns = mono_ns;
    timeline->most_ahead_ns = offset_ns;
    timeline->is_fast = timeline->gains >= GAINS_FAST;
}

/* Moves the device's time so that `offset_ns` behind us is now. Returns whether it is a
 * jump. */
static bool move_base(struct timeline *timeline, int64_t offset_ns)
{
    timeline->base_ns = offset_ns;
    timeline->is_foreign =
        timeline->is_fast || !is_within(offset_ns - timeline->lead_ns, FOREIGN_NS);
    timeline->jumps += timeline->has_stamp;
    return timeline->has_stamp;
}

/* A clock that was behind us all the time: ours is moved beside it, so that durations
 * stay the differences of stamps. */
static void fall_behind(struct timeline *timeline, int64_t delta_ns)
{
    timeline->lead_ns -= delta_ns;
    timeline->offset_ns -= delta_ns;
    timeline->most_ahead_ns -= delta_ns;
    timeline->gained_ns -= delta_ns;
    timeline->doubted_ns -= delta_ns;
    timeline->is_foreign = timeline->is_fast ||
                           !is_within(timeline->base_ns - timeline->lead_ns, FOREIGN_NS);
}

/* A whole minute was heard, and its least delay is the clock's error. An error that was
 * there a minute ago, or ever since, is none that was set. Returns how far it is behind.
 */
static int64_t end_window(struct timeline *timeline, bool *ret_has_moved)
{
    int64_t behind_ns = timeline->least_ns - timeline->base_ns;
    bool was_set =
        timeline->has_offset && timeline->least_ns - timeline->offset_ns >= DRIFT_NS;

    timeline->offset_ns = timeline->least_ns;
    timeline->has_offset = true;
    timeline->has_window = false;
    if (behind_ns <= BEHIND_NS)
        return 0;
    if (was_set) {
        *ret_has_moved = move_base(timeline, timeline->least_ns);
        return 0;
    }
    fall_behind(timeline, behind_ns);
    return behind_ns;
}

/* What was late for a minute, a long backlog, comes nearer than it was. */
static bool is_catching_up(const struct timeline *timeline, int64_t offset_ns)
{
    return offset_ns >= timeline->most_ahead_ns - AHEAD_NS &&
           timeline->base_ns - offset_ns < NS_PER_MINUTE;
}

/* The least delay of a minute is the clock's error; once a minute it is held to that. */
static bool learn(struct timeline *timeline, int64_t offset_ns, int64_t mono_ns)
{
    bool has_moved = false;

    if (offset_ns < timeline->base_ns - AHEAD_NS && is_catching_up(timeline, offset_ns)) {
        int64_t nearer_ns = timeline->base_ns - offset_ns;
        fall_behind(timeline, -nearer_ns);
        timeline->has_window = timeline->has_offset = false;
        offset_ns += nearer_ns;
        mono_ns += nearer_ns;
        has_moved = true;
    } else if (offset_ns < timeline->base_ns - AHEAD_NS) {
        note_gain(timeline, offset_ns, mono_ns);
        has_moved = move_base(timeline, offset_ns);
        begin_window(timeline, offset_ns, mono_ns);
        timeline->has_offset = false;
    }
    if (timeline->has_window && mono_ns - timeline->window_ns > WINDOW_NS) {
        int64_t behind_ns = end_window(timeline, &has_moved);
        offset_ns -= behind_ns;
        mono_ns -= behind_ns;
    }
    if (!timeline->has_window)
        begin_window(timeline, offset_ns, mono_ns);
    if (offset_ns < timeline->least_ns)
        timeline->least_ns = offset_ns;
    if (!timeline->has_offset)
        timeline->offset_ns = timeline->least_ns;
    return has_moved;
}

/* The stamp itself, or our time for it when the device's clock is wrong by minutes. */
static int64_t wall_of(const struct timeline *timeline, int64_t stamp_ns)
{
    int64_t error_ns = timeline->base_ns - (timeline->is_foreign ? 0 : timeline->lead_ns);

    return is_within(error_ns, WRONG_NS) ? stamp_ns : stamp_ns + error_ns;
}

/* Old stamps come in bursts after a reconnect; a clock that was set back keeps to it. One
 * of another day that goes on needs less time to be believed. */
static bool is_set_back(struct timeline *timeline, bool is_behind, int64_t stamp_ns,
                        int64_t mono_ns)
{
    int64_t since_doubt_ns = stamp_ns - timeline->doubted_stamp_ns;

    timeline->doubted_stamp_ns = stamp_ns;
    if (!is_behind) {
        timeline->has_doubt = false;
        return false;
    }
    if (!timeline->has_doubt)
        timeline->doubted_ns = mono_ns;
    bool is_played = timeline->has_doubt && since_doubt_ns > 0 &&
                     since_doubt_ns < HOME_NS &&
                     mono_ns - stamp_ns - timeline->base_ns > FOREIGN_NS;
    timeline->has_doubt = true;
    return mono_ns - timeline->doubted_ns >= (is_played ? PLAYED_NS : SET_BACK_NS);
}

/* A recording that begins again, or whose parts are not in order: as in replay. */
static bool is_played_on(struct timeline *timeline, bool is_behind, int64_t stamp_ns)
{
    bool is_next = is_behind && goes_on(timeline, stamp_ns);

    timeline->has_doubt = is_behind;
    timeline->doubted_ns = stamp_ns;
    return is_next;
}

/* The newest moment given; a stamp that does not fit is shown our time, if that is its.
 */
static struct placement at_newest(const struct timeline *timeline, struct moment received)
{
    bool is_ours = !timeline->is_foreign;

    return (struct placement){
        .at = {.mono_ns = timeline->mono_ns,
               .wall_ns = is_ours ? received.wall_ns : timeline->mono_ns},
        .is_suspect = true,
    };
}

static bool is_ancient(const struct timeline *timeline, int64_t offset_ns)
{
    bool is_first = !timeline->has_stamp && !timeline->has_window;

    return is_first && !timeline->is_foreign && offset_ns > ANCIENT_NS;
}

static struct placement place_beside(struct timeline *timeline, int64_t stamp_ns,
                                     struct moment received)
{
    int64_t mono_ns = received.mono_ns + timeline->lead_ns;

    if (is_ancient(timeline, mono_ns - stamp_ns)) {
        (void)move_base(timeline, later(mono_ns, timeline->mono_ns) - stamp_ns);
        begin_window(timeline, timeline->base_ns, mono_ns);
    }
    bool has_moved =
        !timeline->is_foreign && learn(timeline, mono_ns - stamp_ns, mono_ns);
    bool is_behind =
        timeline->has_stamp && stamp_ns + timeline->base_ns < timeline->mono_ns - JUMP_NS;

    if (timeline->is_foreign ? is_played_on(timeline, is_behind, stamp_ns)
                             : is_set_back(timeline, is_behind, stamp_ns, mono_ns)) {
        int64_t from_ns = timeline->is_foreign ? timeline->mono_ns : mono_ns;
        has_moved = move_base(timeline, from_ns - stamp_ns);
        timeline->has_doubt = false;
        is_behind = false;
    }
    if (is_behind)
        return at_newest(timeline, received);
    timeline->stamp_ns = stamp_ns;
    timeline->has_stamp = true;

    struct moment at = {.mono_ns = stamp_ns + timeline->base_ns,
                        .wall_ns = wall_of(timeline, stamp_ns)};
    timeline->mono_ns = later(timeline->mono_ns, at.mono_ns);
    if (timeline->is_foreign) {
        timeline->lead_ns = timeline->mono_ns - received.mono_ns;
        timeline->offset_ns = received.mono_ns - stamp_ns;
        timeline->has_offset = true;
    }
    return (struct placement){.at = at, .is_suspect = has_moved, .is_jump = has_moved};
}

/* Time goes on from where it was, and at our pace: it may be ahead of us for good. */
static void come_home(struct timeline *timeline, int64_t stamp_ns, int64_t mono_ns)
{
    timeline->lead_ns = later(timeline->mono_ns - mono_ns, 0);
    timeline->has_window = false;
    timeline->has_offset = false;
    timeline->has_doubt = false;
    (void)move_base(timeline, mono_ns + timeline->lead_ns - stamp_ns);
}

/* An agent says a few things of its own in our time; an adapter set right keeps to it. */
static bool is_visitor(struct timeline *timeline, int64_t stamp_ns, int64_t mono_ns)
{
    bool is_near = is_within(mono_ns - stamp_ns, HOME_NS);

    if (!is_near || !timeline->is_visited)
        timeline->visited_ns = mono_ns;
    timeline->is_visited = is_near;
    return is_near && mono_ns - timeline->visited_ns < SET_BACK_NS;
}

/* The clock of another day is the machine's time, however fast it runs. */
static struct placement place_foreign(struct timeline *timeline, int64_t stamp_ns,
                                      struct moment received)
{
    if (!timeline->is_fast && is_visitor(timeline, stamp_ns, received.mono_ns))
        return at_newest(timeline, received);

    bool is_home = timeline->is_visited;
    if (is_home)
        come_home(timeline, stamp_ns, received.mono_ns);
    timeline->is_visited = false;

    struct placement placement = place_beside(timeline, stamp_ns, received);
    placement.is_suspect = placement.is_suspect || is_home;
    placement.is_jump = placement.is_jump || is_home;
    return placement;
}

bool timeline_remember(const struct timeline *timeline, struct moment now,
                       struct timeline_memory *ret_memory)
{
    if (timeline->is_replay || !timeline->has_window)
        return false;
    ret_memory->offset_ns = timeline->base_ns + now.wall_ns - now.mono_ns;
    ret_memory->wall_ns = now.wall_ns - (now.mono_ns - timeline->mono_ns);
    ret_memory->lead_ns = timeline->lead_ns;
    return true;
}

void timeline_resume(struct timeline *timeline, const struct timeline_memory *memory,
                     struct moment now)
{
    int64_t age_ns = later(now.wall_ns - memory->wall_ns, -memory->lead_ns);

    timeline->is_resumed = true;
    timeline->base_ns = memory->offset_ns - (now.wall_ns - now.mono_ns);
    timeline->is_foreign = !is_within(timeline->base_ns - memory->lead_ns, FOREIGN_NS);
    timeline->lead_ns = timeline->is_foreign ? -age_ns : memory->lead_ns;
    timeline->mono_ns = now.mono_ns - age_ns;
    begin_window(timeline, timeline->base_ns, now.mono_ns + timeline->lead_ns);
}

struct placement timeline_place(struct timeline *timeline, int64_t stamp_ns,
                                struct moment received, bool is_news)
{
    if (timeline->is_replay) {
        struct placement placement = place_replayed(timeline, stamp_ns);
        timeline->lead_ns = timeline->mono_ns - received.mono_ns;
        timeline->lead_wall_ns = timeline->stamp_ns - received.wall_ns;
        return placement;
    }
    if (is_news) {
        timeline->is_resumed = false;
        return timeline->is_foreign ? place_foreign(timeline, stamp_ns, received)
                                    : place_beside(timeline, stamp_ns, received);
    }

    struct moment now = timeline_now(timeline, received);
    if (timeline->is_resumed)
        return (struct placement){.at =
                                      moment_plus(now, timeline->mono_ns - now.mono_ns)};
    timeline->mono_ns = later(timeline->mono_ns, now.mono_ns);
    return (struct placement){.at = now};
}
