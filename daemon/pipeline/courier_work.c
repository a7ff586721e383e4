/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "daemon/pipeline/courier_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define RATE_NS (10 * NS_PER_S)
#define SLOW_S  0.6 /* for so long live rows wait while the backlog has its turn */
#define FAST_S  0.25

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

void courier_let_go(struct courier *courier)
{
    fetched_destroy(courier->fetched);
    courier->fetched = NULL;
}

static void send_window(struct courier *courier)
{
    struct fetched *fetched = courier->fetched;
    size_t count = parcel_window(&courier->parcel);

    for (size_t i = 0; i < count; i++) {
        struct record *record = &fetched->records[courier->parcel.low + i];
        record->replayed = courier->from_backlog;
        courier->window[i] = record;
    }
    courier->out_count = count;
    courier->is_out = true;
    courier->sent_ns = clock_now().mono_ns;
    courier->batch = (struct batch){
        .records = courier->window,
        .renderings = renderings_from(&fetched->renderings, courier->parcel.low),
        .count = count,
        .is_backlog = courier->from_backlog,
    };
    courier->spec.sink->send(courier->link, &courier->batch);
}

static void on_fetched(void *owner, int error, struct fetched *fetched)
{
    struct courier *courier = owner;

    courier->answers_due--;
    courier->is_fetching = false;
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
        cursor_settle(courier, fetched->scanned_id, LEDGER_DELIVERED,
                      clock_now().mono_ns);
        fetched_destroy(fetched);
    } else {
        courier->fetched = fetched;
        parcel_begin(&courier->parcel, fetched->count, courier->failures);
    }
    courier_work(courier);
}

static void fetch(struct courier *courier)
{
    const struct store_fetch question = {
        .first_id = courier->first_id,
        .last_id = courier->last_id,
        .kinds = courier->spec.kinds,
        .max_rows =
            courier->from_backlog ? courier->batch_rows : courier->spec.batch_rows,
        .max_bytes = courier->spec.batch_bytes,
        .render = courier->spec.sink->render,
        .place = courier->site.place,
    };

    courier->is_fetching = true;
    courier->answers_due++;
    if (store_fetch(courier->site.store, &question, courier, on_fetched)) {
        courier->is_fetching = false;
        courier->answers_due--;
        courier->is_waiting = true;
        start_pause(courier, NS_PER_S);
    }
}

void courier_work(struct courier *courier)
{
    int64_t wait_ns;

    if (courier->is_enlisted && !courier->is_stopping)
        courier_enlist_again(courier);
    if (!courier->is_enlisted || courier->is_stopping || courier->is_fetching ||
        courier->is_out || courier->is_waiting)
        return;
    if (courier->fetched)
        send_window(courier);
    else if (cursor_choose(courier, clock_now().mono_ns, &wait_ns))
        fetch(courier);
    else if (wait_ns > 0)
        start_pause(courier, wait_ns);
}

/* So many rows of the backlog that a turn takes neither long nor no time at all. */
static void adapt(struct courier *courier)
{
    bool is_large = courier->out_count > courier->batch_rows / 2;
    size_t rows = courier->batch_rows;

    if (courier->batch_s > SLOW_S && is_large)
        rows = (size_t)((double)courier->out_count * SLOW_S / courier->batch_s);
    else if (courier->batch_s < FAST_S && courier->out_count == courier->batch_rows)
        rows *= 2;
    if (rows < ROWS_LEAST)
        rows = ROWS_LEAST;
    courier->batch_rows =
        rows < courier->spec.batch_rows ? rows : courier->spec.batch_rows;
}

static void count_delivered(struct courier *courier, int64_t now_ns)
{
    courier->rate_rows += (int64_t)courier->out_count;
    if (now_ns - courier->rate_since_ns >= RATE_NS) {
        courier->rows_per_s =
            (double)courier->rate_rows * 1e9 / (double)(now_ns - courier->rate_since_ns);
        courier->rate_since_ns = now_ns;
        courier->rate_rows = 0;
    }
    if (courier->from_backlog) {
        double took_ns = (double)courier->out_count / courier->spec.backlog_rate * 1e9;
        int64_t from_ns =
            courier->backlog_free_ns > now_ns ? courier->backlog_free_ns : now_ns;
        courier->backlog_free_ns = from_ns + (int64_t)took_ns;
    }
}

static void bury(struct courier *courier, const struct parcel_step *step,
                 const char *reason, struct moment now)
{
    char sentence[COMPLAINT_MAX];

    for (size_t i = 0; i < step->dead_count; i++) {
        int64_t id = courier->fetched->records[step->dead[i]].id;
        (void)store_refuse(courier->site.store, courier->number, id, reason);
        courier->refusals++;
        (void)snprintf(sentence, sizeof(sentence),
                       "refused record %" PRId64
                       ", now among the dead letters; it said: %.160s",
                       id, reason);
        complaint_raise(&courier->refused, LOG_LEVEL_ERROR, courier->room, now, sentence);
    }
}

/* Between tries to find the row that the destination breaks at. */
#define ISOLATING_NS (200 * NS_PER_MS)

/* The sink asks for a pause this long when a person has to do something first. */
#define LASTING_NS (10 * NS_PER_S)

static void pause_after(struct courier *courier, const struct settlement *settlement,
                        struct moment now)
{
    char sentence[COMPLAINT_MAX];

    int64_t wait_ns =
        courier->parcel.is_isolating ? ISOLATING_NS : backoff_next(&courier->backoff);
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

static void it_delivered(struct courier *courier, struct moment now)
{
    if (courier->from_backlog)
        adapt(courier);
    count_delivered(courier, now.mono_ns);
}

/* What of the rows in hand is settled is acknowledged, with the ids between them. */
static void acknowledge(struct courier *courier, const struct parcel_step *step,
                        bool unconfirmed, int64_t now_ns)
{
    const struct fetched *fetched = courier->fetched;
    size_t settled = courier->parcel.settled;

    if (settled == 0)
        return;
    int64_t id = step->is_over ? fetched->scanned_id : fetched->records[settled - 1].id;
    cursor_settle(courier, id, unconfirmed ? LEDGER_SENT_UNCONFIRMED : LEDGER_DELIVERED,
                  now_ns);
}

void courier_settle(void *owner, const struct settlement *settlement)
{
    struct courier *courier = owner;
    struct moment now = clock_now();
    struct parcel_step step;

    assert(courier->is_out);
    courier->is_out = false;
    courier->batches++;
    courier->batch_s = (double)(now.mono_ns - courier->sent_ns) / 1e9;
    parcel_settle(&courier->parcel, settlement, &step);
    courier->failures = courier->parcel.failures;
    if (settlement->verdict != VERDICT_RETRY)
        it_works(courier, now);
    if (settlement->verdict == VERDICT_DELIVERED)
        it_delivered(courier, now);
    else
        (void)text_copy(courier->words, sizeof(courier->words),
                        settlement->reason ? settlement->reason : "");
    bury(courier, &step, courier->words, now);
    acknowledge(courier, &step, settlement->unconfirmed, now.mono_ns);
    if (step.is_over || step.is_dropped)
        courier_let_go(courier);
    if (step.pauses)
        pause_after(courier, settlement, now);
    courier_wake(courier);
}
