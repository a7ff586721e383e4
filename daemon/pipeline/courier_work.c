/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "daemon/pipeline/courier_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define RATE_NS (10 * NS_PER_S)
#define SLOW_S  0.4 /* for so long live rows may wait behind what the backlog sends */
#define FAST_S  0.2

enum {
    ROWS_LEAST = 8
};

static void on_soon(uv_timer_t *timer)
{
    courier_work(timer->data);
}

void courier_wake(struct courier *courier)
{
    if (!courier->is_stopping)
        (void)uv_timer_start(&courier->soon, on_soon, 0, 0);
}

static void on_pause_over(uv_timer_t *timer)
{
    struct courier *courier = timer->data;

    courier->is_waiting = false;
    courier_work(courier);
}

static void start_pause(struct courier *courier, int64_t wait_ns)
{
    (void)uv_timer_start(&courier->pause, on_pause_over,
                         (uint64_t)(wait_ns / NS_PER_MS) + 1, 0);
}

void courier_let_go(struct lane *lane)
{
    fetched_destroy(lane->fetched);
    lane->fetched = NULL;
}

static bool is_backlog(const struct lane *lane)
{
    return lane == &lane->courier->lanes[LANE_BACKLOG];
}

static void send_window(struct lane *lane)
{
    struct courier *courier = lane->courier;
    struct fetched *fetched = lane->fetched;
    size_t count = parcel_window(&lane->parcel);

    for (size_t i = 0; i < count; i++) {
        struct record *record = &fetched->records[lane->parcel.low + i];
        record->replayed = is_backlog(lane);
        lane->window[i] = record;
    }
    lane->out_count = count;
    lane->is_out = true;
    lane->sent_ns = clock_now().mono_ns;
    lane->batch = (struct batch){
        .records = lane->window,
        .renderings = renderings_from(&fetched->renderings, lane->parcel.low),
        .count = count,
        .is_backlog = is_backlog(lane),
    };
    courier->spec.sink->send(courier->link, &lane->batch);
}

static void on_fetched(void *owner, int error, struct fetched *fetched)
{
    struct lane *lane = owner;
    struct courier *courier = lane->courier;

    courier->answers_due--;
    lane->is_fetching = false;
    if (courier->is_stopping || error) {
        fetched_destroy(fetched);
        courier_finish_stop(courier);
        if (!courier->is_stopping) {
            courier->is_waiting = true;
            start_pause(courier, NS_PER_S);
        }
        return;
    }
    if (fetched->count == 0) {
        cursor_settle(lane, fetched->scanned_id, LEDGER_DELIVERED, clock_now().mono_ns);
        fetched_destroy(fetched);
    } else {
        lane->fetched = fetched;
        parcel_begin(&lane->parcel, fetched->count, lane->failures);
    }
    courier_work(courier);
}

static void fetch(struct lane *lane)
{
    struct courier *courier = lane->courier;
    const struct store_fetch question = {
        .first_id = lane->first_id,
        .last_id = lane->last_id,
        .kinds = courier->spec.kinds,
        .max_rows = is_backlog(lane) ? courier->batch_rows : courier->spec.batch_rows,
        .max_bytes = courier->spec.batch_bytes,
        .render = courier->spec.sink->render,
        .place = courier->site.place,
    };

    lane->is_fetching = true;
    courier->answers_due++;
    if (store_fetch(courier->site.store, &question, lane, on_fetched)) {
        lane->is_fetching = false;
        courier->answers_due--;
        courier->is_waiting = true;
        start_pause(courier, NS_PER_S);
    }
}

static bool may_fetch(const struct courier *courier)
{
    return !courier->is_waiting && (courier->spec.sink->takes_both ||
                                    (lane_is_idle(&courier->lanes[LANE_LIVE]) &&
                                     lane_is_idle(&courier->lanes[LANE_BACKLOG])));
}

void courier_work(struct courier *courier)
{
    int64_t wait_ns;

    if (courier->is_enlisted && !courier->is_stopping)
        courier_enlist_again(courier);
    if (!courier->is_enlisted || courier->is_stopping || courier->is_waiting)
        return;
    for (int i = 0; i < LANES; i++)
        if (courier->lanes[i].fetched && !courier->lanes[i].is_out)
            send_window(&courier->lanes[i]);
    while (may_fetch(courier)) {
        struct lane *lane = cursor_choose(courier, clock_now().mono_ns, &wait_ns);
        if (!lane) {
            if (wait_ns > 0)
                start_pause(courier, wait_ns);
            return;
        }
        fetch(lane);
    }
}

/* So many rows of the backlog that a turn takes neither long nor no time at all. */
static void adapt(struct courier *courier, const struct lane *lane)
{
    bool is_large = lane->out_count > courier->batch_rows / 2;
    size_t rows = courier->batch_rows;

    if (courier->batch_s > SLOW_S && is_large)
        rows = (size_t)((double)lane->out_count * SLOW_S / courier->batch_s);
    else if (courier->batch_s < FAST_S && lane->out_count == courier->batch_rows)
        rows *= 2;
    if (rows < ROWS_LEAST)
        rows = ROWS_LEAST;
    courier->batch_rows =
        rows < courier->spec.batch_rows ? rows : courier->spec.batch_rows;
}

static void count_delivered(struct courier *courier, const struct lane *lane,
                            int64_t now_ns)
{
    courier->rate_rows += (int64_t)lane->out_count;
    if (now_ns - courier->rate_since_ns >= RATE_NS) {
        courier->rows_per_s =
            (double)courier->rate_rows * 1e9 / (double)(now_ns - courier->rate_since_ns);
        courier->rate_since_ns = now_ns;
        courier->rate_rows = 0;
    }
    if (is_backlog(lane)) {
        double took_ns = (double)lane->out_count / courier->spec.backlog_rate * 1e9;
        int64_t from_ns =
            courier->backlog_free_ns > now_ns ? courier->backlog_free_ns : now_ns;
        courier->backlog_free_ns = from_ns + (int64_t)took_ns;
    }
}

static void bury_row(const struct lane *lane, size_t row, const char *reason,
                     struct moment now)
{
    struct courier *courier = lane->courier;
    int64_t id = lane->fetched->records[row].id;
    char sentence[COMPLAINT_MAX];

    (void)store_refuse(courier->site.store, courier->number, id, reason);
    courier->refusals++;
    (void)snprintf(sentence, sizeof(sentence),
                   "refused record %" PRId64
                   ", now among the dead letters; it said: %.160s",
                   id, reason);
    complaint_raise(&courier->refused, LOG_LEVEL_ERROR, courier->room, now, sentence);
}

static void bury(const struct lane *lane, const struct parcel_step *step,
                 const char *reason, struct moment now)
{
    for (size_t i = 0; i < step->dead_count; i++)
        bury_row(lane, step->dead[i], reason, now);
    for (size_t i = 0; i < step->whole; i++)
        bury_row(lane, lane->parcel.low - step->whole + i, reason, now);
}

/* Between tries to find the row that the destination breaks at. */
#define ISOLATING_NS (200 * NS_PER_MS)

/* The sink asks for a pause this long when a person has to do something first. */
#define LASTING_NS (10 * NS_PER_S)

static void pause_after(const struct lane *lane, const struct settlement *settlement,
                        struct moment now)
{
    struct courier *courier = lane->courier;
    char sentence[COMPLAINT_MAX];

    int64_t wait_ns =
        lane->parcel.is_isolating ? ISOLATING_NS : backoff_next(&courier->backoff);
    if (settlement->retry_after_ns > wait_ns)
        wait_ns = settlement->retry_after_ns;
    if (courier->failing_since_ns == 0)
        courier->failing_since_ns = now.mono_ns;
    courier->retries++;
    (void)snprintf(sentence, sizeof(sentence), "%.180s; next try in %.1f s",
                   settlement->reason ? settlement->reason : "not delivered",
                   (double)wait_ns / 1e9);
    bool is_lasting = settlement->retry_after_ns >= LASTING_NS;
    if (courier->streak++ > 0 || is_lasting) /* one failure alone is everyday life */
        complaint_raise(&courier->unreachable, LOG_LEVEL_WARNING, courier->room, now,
                        sentence);
    courier->is_waiting = true;
    if (!courier->is_stopping)
        start_pause(courier, wait_ns);
}

static void it_works(struct courier *courier, struct moment now)
{
    backoff_reset(&courier->backoff);
    courier->failing_since_ns = 0;
    courier->streak = 0;
    complaint_release(&courier->unreachable, courier->room, now, "delivering");
}

/* What of the rows in hand is settled is acknowledged, with the ids between them. */
static void acknowledge(struct lane *lane, const struct parcel_step *step,
                        bool unconfirmed, int64_t now_ns)
{
    const struct fetched *fetched = lane->fetched;
    size_t settled = lane->parcel.settled;

    if (settled == 0)
        return;
    int64_t id = step->is_over ? fetched->scanned_id : fetched->records[settled - 1].id;
    cursor_settle(lane, id, unconfirmed ? LEDGER_SENT_UNCONFIRMED : LEDGER_DELIVERED,
                  now_ns);
}

/* A sink that takes one batch at a time need not say which it speaks of. */
static struct lane *lane_of(struct courier *courier, const struct batch *batch)
{
    struct lane *live = &courier->lanes[LANE_LIVE];

    if (batch ? batch == &live->batch : live->is_out)
        return live;
    return &courier->lanes[LANE_BACKLOG];
}

static void note_verdict(struct lane *lane, const struct settlement *settlement,
                         struct moment now)
{
    struct courier *courier = lane->courier;

    courier->batches++;
    courier->batch_s = (double)(now.mono_ns - lane->sent_ns) / 1e9;
    if (settlement->verdict != VERDICT_RETRY)
        it_works(courier, now);
    if (settlement->verdict != VERDICT_DELIVERED) {
        (void)text_copy(courier->words, sizeof(courier->words),
                        settlement->reason ? settlement->reason : "");
        return;
    }
    if (is_backlog(lane))
        adapt(courier, lane);
    count_delivered(courier, lane, now.mono_ns);
}

void courier_settle(void *owner, const struct settlement *settlement)
{
    struct courier *courier = owner;
    struct lane *lane = lane_of(courier, settlement->batch);
    struct moment now = clock_now();
    struct parcel_step step;

    assert(lane->is_out);
    lane->is_out = false;
    parcel_settle(&lane->parcel, settlement, &step);
    lane->failures = lane->parcel.failures;
    note_verdict(lane, settlement, now);
    bury(lane, &step, courier->words, now);
    acknowledge(lane, &step, settlement->unconfirmed, now.mono_ns);
    if (step.is_over || step.is_dropped)
        courier_let_go(lane);
    if (step.pauses)
        pause_after(lane, settlement, now);
    courier_wake(courier);
}
