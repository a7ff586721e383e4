/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/courier_inside.h"

#define LONG_FAILURE_NS (5 * NS_PER_S)
#define BEYOND_REACH_NS NS_PER_S
#define LATE_NS         (3 * NS_PER_S)

/* What waits is no longer live: it becomes backlog, and live begins behind it. */
static void set_back(struct courier *courier)
{
    if (ranges_add(&courier->backlog, courier->live_id, courier->stored_id) == 0)
        courier->live_id = courier->stored_id + 1;
}

/* The oldest that can be fetched now. */
static bool find_backlog(const struct courier *courier, int64_t first_id,
                         struct range *ret_range)
{
    for (size_t i = 0; i < courier->backlog.count; i++) {
        const struct range *range = &courier->backlog.items[i];
        if (range->last < first_id)
            continue;
        *ret_range = *range;
        if (ret_range->first < first_id)
            ret_range->first = first_id;
        return true;
    }
    return false;
}

bool lane_is_idle(const struct lane *lane)
{
    return !lane->is_fetching && !lane->is_out && !lane->fetched;
}

/* Where only one batch can be out, live and backlog take turns: over a slow network there
   is always something live. */
static bool is_live_turn(const struct courier *courier, bool has_backlog, int64_t now_ns)
{
    bool is_free = has_backlog && courier->backlog_free_ns <= now_ns;

    if (courier->live_id > courier->stored_id ||
        !lane_is_idle(&courier->lanes[LANE_LIVE]))
        return false;
    return courier->spec.sink->takes_both || courier->from_backlog || !is_free;
}

/* What is too old, too much or out of reach is live no more. */
static void keep_live_fresh(struct courier *courier, int64_t reach_id, int64_t now_ns)
{
    bool failed_long = courier->failing_since_ns > 0 &&
                       now_ns - courier->failing_since_ns > LONG_FAILURE_NS;

    if (courier->live_id < reach_id &&
        ranges_add(&courier->backlog, courier->live_id, reach_id - 1) == 0)
        courier->live_id = reach_id;
    int64_t behind = courier->stored_id - courier->live_id + 1;
    bool is_late = now_ns - courier->fresh_ns > LATE_NS ||
                   behind > 4 * (int64_t)courier->spec.batch_rows;
    if (behind > 0 && (failed_long || is_late))
        set_back(courier);
    if (courier->live_id > courier->stored_id)
        courier->fresh_ns = now_ns;
}

static struct lane *aim(struct courier *courier, int number, struct range ids,
                        int64_t now_ns)
{
    struct lane *lane = &courier->lanes[number];

    courier->from_backlog = number == LANE_BACKLOG;
    lane->first_id = ids.first;
    lane->last_id = ids.last;
    lane->asked_ns = now_ns;
    return lane;
}

struct lane *cursor_choose(struct courier *courier, int64_t now_ns, int64_t *ret_wait_ns)
{
    struct store_reach reach;
    struct range backlog;

    *ret_wait_ns = 0;
    store_describe_reach(courier->site.store, &reach);
    if (lane_is_idle(&courier->lanes[LANE_LIVE]))
        keep_live_fresh(courier, reach.first_id, now_ns);

    bool has_backlog = find_backlog(courier, reach.first_id, &backlog);
    if (is_live_turn(courier, has_backlog, now_ns)) {
        const struct range live = {courier->live_id, courier->stored_id};
        return aim(courier, LANE_LIVE, live, now_ns);
    }
    if (!lane_is_idle(&courier->lanes[LANE_BACKLOG]))
        return NULL;
    if (!has_backlog) {
        *ret_wait_ns = courier->backlog.count > 0 ? BEYOND_REACH_NS : 0;
        return NULL;
    }
    if (courier->backlog_free_ns > now_ns) {
        *ret_wait_ns = courier->backlog_free_ns - now_ns;
        return NULL;
    }
    return aim(courier, LANE_BACKLOG, backlog, now_ns);
}

static void forget_old(struct courier *courier, int64_t now_ns)
{
    size_t kept = 0;

    for (size_t i = 0; i < courier->recent_count; i++)
        if (now_ns - courier->recent[i].mono_ns <= courier->spec.replay_window)
            courier->recent[kept++] = courier->recent[i];
    courier->recent_count = kept;
}

/* The list is short: neighbours that do not fit are remembered as one, for longer. */
static void remember(struct courier *courier, const struct range *ids, int64_t now_ns)
{
    if (courier->spec.replay_window <= 0)
        return;
    forget_old(courier, now_ns);
    if (courier->recent_count < RECENT_MAX) {
        courier->recent[courier->recent_count++] = (struct recent){now_ns, *ids};
        return;
    }
    struct recent *last = &courier->recent[RECENT_MAX - 1];
    last->mono_ns = now_ns;
    if (ids->first < last->ids.first)
        last->ids.first = ids->first;
    if (ids->last > last->ids.last)
        last->ids.last = ids->last;
}

void cursor_settle(struct lane *lane, int64_t id, enum ledger_account account,
                   int64_t now_ns)
{
    struct courier *courier = lane->courier;
    const struct range ids = {lane->first_id, id};

    if (ids.first > ids.last)
        return;
    (void)store_acknowledge(courier->site.store, courier->number, ids.first, ids.last,
                            account);
    remember(courier, &ids, now_ns);
    lane->first_id = id + 1;
    if (lane == &courier->lanes[LANE_BACKLOG]) {
        (void)ranges_remove(&courier->backlog, ids.first, ids.last);
        return;
    }
    courier->live_id = id + 1;
    if (id == lane->last_id)
        courier->fresh_ns = lane->asked_ns;
}

void cursor_repeat_recent(struct courier *courier, int64_t now_ns)
{
    forget_old(courier, now_ns);
    for (size_t i = 0; i < courier->recent_count; i++)
        (void)ranges_add(&courier->backlog, courier->recent[i].ids.first,
                         courier->recent[i].ids.last);
    courier->recent_count = 0;
}
