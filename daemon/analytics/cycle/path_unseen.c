/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_unseen.h"

#include "daemon/analytics/cycle/path_cycle.h"
#include "daemon/analytics/cycle/path_parts.h"

#define REREAD_NS (10 * NS_PER_S)

static void scale(struct cycle_record *cycle, double by)
{
    double *const times[] = {&cycle->ct,      &cycle->net,      &cycle->ct100,
                             &cycle->cut,     &cycle->noncut,   &cycle->tchg,
                             &cycle->probe,   &cycle->aux,      &cycle->hold,
                             &cycle->ostop,   &cycle->pstop,    &cycle->wait,
                             &cycle->unknown, &cycle->ovr_loss, &cycle->spindle_on};

    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
        *times[i] *= by;
}

/* One record for cycles that nobody saw: domain.md 1.4, "Missed cycles". */
static void estimate(struct path_cycles *path, const struct path_site *site,
                     const struct counter_step *step)
{
    struct cycle_record *cycle = &path->pending.cycle;
    int64_t count = step->parts / site->parts_per_cycle;

    cycle->count = count > 1 ? count : 1;
    cycle->parts = step->parts;
    cycle->flags |= CYCLE_ESTIMATED | CYCLE_GAP;
    cycle->flags &= ~(int64_t)CYCLE_PARTIAL;
    scale(cycle, 1.0 / (double)cycle->count);
    path_cycles_emit(path, site);
}

/* The cycle went on through a loss of data in which more than one part was made. */
static void split_unseen(struct path_cycles *path, const struct path_site *site,
                         const struct counter_step *step)
{
    struct moment at = step->at.mono_ns < path->since.mono_ns ? path->since : step->at;

    path_cycles_close(path, site, at, 0, ENDING_COUNT);
    estimate(path, site, step);
    path_cycles_follow(path, site, at, 0);
    path->cycle.flags |= CYCLE_PARTIAL | CYCLE_GAP;
}

/* Parts made while nothing was heard and no cycle was open. */
static void write_unseen(struct path_cycles *path, const struct path_site *site,
                         const struct counter_step *step)
{
    struct record record;
    int64_t count = step->parts / site->parts_per_cycle;
    double interval = moment_seconds(path->lost_at, step->at);

    record_init(&record, RECORD_CYCLE, step->at);
    outlet_stamp(&site->outlet, &record);
    record.cycle.count = count > 1 ? count : 1;
    record.cycle.ct = record.cycle.unknown = interval / (double)record.cycle.count;
    record.cycle.cut = record.cycle.noncut = record.cycle.tchg = 0;
    record.cycle.probe = record.cycle.aux = record.cycle.hold = 0;
    record.cycle.ostop = record.cycle.pstop = record.cycle.wait = 0;
    record.cycle.net = record.cycle.ct100 = 0;
    record.cycle.parts = step->parts;
    record.cycle.flags = CYCLE_ESTIMATED | CYCLE_GAP;
    record.cycle.kind = CYCLE_KIND_PROD;
    record.cycle.outcome = CYCLE_CLASS_COMPLETE;
    record.cycle.seg_source = SEG_SOURCE_COUNTER;
    record.cycle.cut_source = CUT_SOURCE_NONE;
    record.cycle.cycle_no = ++path->cycle_no;
    if (path->phase == PHASE_IN_CYCLE) {
        record.cycle.cycle_no = path->cycle.no;
        path->cycle.no = path->cycle_no;
    }
    outlet_append(&site->outlet, &record);
}

/* So long after the data came again the counter had been read: this was counted since. */
static bool is_news(const struct path_cycles *path, const struct counter_step *step)
{
    int64_t wait_ns = 3 * path->counter_slot.period_ns;

    if (wait_ns < REREAD_NS)
        wait_ns = REREAD_NS;
    return path->execution != EXECUTION_UNAVAIL &&
           step->at.mono_ns - path->back_at.mono_ns > wait_ns;
}

bool path_unseen_count(struct path_cycles *path, const struct path_site *site,
                       const struct counter_step *step)
{
    double lasted = moment_seconds(path->lost_at, step->at);
    bool is_spanned = path->phase == PHASE_IN_CYCLE &&
                      path->cycle.start.mono_ns < path->lost_at.mono_ns;

    if (lasted <= path_cycles_grace(path, site->options) || is_news(path, step))
        return false;
    if (is_spanned && step->parts > site->parts_per_cycle) {
        split_unseen(path, site, step);
        return true;
    }
    if (is_spanned || path->phase == PHASE_PENDING)
        return false;
    write_unseen(path, site, step);
    return true;
}
