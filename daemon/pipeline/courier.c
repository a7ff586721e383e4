/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/courier.h"

#include "daemon/base/clock.h"
#include "daemon/pipeline/courier_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RETRY_CAP_NS (15 * NS_PER_S)

enum {
    ROWS_FIRST = 100
};

static void on_handle_closed(uv_handle_t *handle)
{
    struct courier *courier = handle->data;

    if (--courier->handles_open == 0 && courier->site.stopped)
        courier->site.stopped(courier->site.owner, courier);
}

/* Nothing holds a pointer to the courier any more: the sink, the store, then the loop. */
void courier_finish_stop(struct courier *courier)
{
    if (!courier->is_stopping || courier->has_link || courier->answers_due > 0 ||
        uv_is_closing((uv_handle_t *)&courier->soon))
        return;
    uv_close((uv_handle_t *)&courier->soon, on_handle_closed);
    uv_close((uv_handle_t *)&courier->pause, on_handle_closed);
}

static void on_reconnected(void *owner, bool may_have_forgotten)
{
    struct courier *courier = owner;

    if (may_have_forgotten)
        cursor_repeat_recent(courier, clock_now().mono_ns);
    if (courier->is_waiting) {
        courier->is_waiting = false;
        backoff_reset(&courier->backoff);
    }
    if (courier->site.reconnected)
        courier->site.reconnected(courier->site.owner, courier);
    courier_wake(courier);
}

static void on_command(void *owner, const char *machine, const char *name,
                       const char *json, void *ticket)
{
    struct courier *courier = owner;

    courier->site.command(courier->site.owner, courier, machine, name, json, ticket);
}

static void on_link_stopped(void *owner)
{
    struct courier *courier = owner;

    courier->has_link = false;
    for (int i = 0; i < LANES; i++)
        courier->lanes[i].is_out = false;
    courier_finish_stop(courier);
}

static void on_enlisted(void *owner, const struct ranges *acknowledged, int64_t last_id)
{
    struct courier *courier = owner;
    struct range hole;
    int64_t first = 1;

    courier->answers_due--;
    if (courier->is_enlisted) /* again: what is live stays so */
        last_id = courier->live_id - 1;
    ranges_clear(&courier->backlog);
    while (first <= last_id && ranges_find_hole(acknowledged, first, last_id, &hole)) {
        (void)ranges_add(&courier->backlog, hole.first, hole.last);
        first = hole.last + 1;
    }
    courier->live_id = last_id + 1;
    if (courier->stored_id < last_id)
        courier->stored_id = last_id;
    courier->is_enlisted = true;
    courier_finish_stop(courier);
    courier_wake(courier);
}

static void apply_fallbacks(struct courier_spec *spec)
{
    if (spec->kinds == 0)
        spec->kinds = (1u << RECORD_KIND_COUNT) - 1;
    spec->kinds &= ~(1u << RECORD_ARCHIVE);
    if (spec->batch_rows == 0)
        spec->batch_rows = 500;
    if (spec->batch_bytes == 0)
        spec->batch_bytes = 1048576;
    if (spec->backlog_rate <= 0)
        spec->backlog_rate = 20000;
    if (spec->replay_window == 0)
        spec->replay_window = 60 * NS_PER_S;
    if (spec->first_retry_ns <= 0)
        spec->first_retry_ns = NS_PER_S;
}

static int start_sink(struct courier *courier)
{
    const struct sink_site site = {
        .name = courier->name,
        .place = courier->site.place,
        .state_folder = courier->site.state_folder,
        .loop = courier->site.loop,
        .http = courier->site.http,
        .owner = courier,
        .settle = courier_settle,
        .reconnected = on_reconnected,
        .command = courier->site.command ? on_command : NULL,
        .stopped = on_link_stopped,
    };

    return courier->spec.sink->start(&site, courier->spec.options, &courier->link);
}

static int make_lanes(struct courier *courier)
{
    for (int i = 0; i < LANES; i++) {
        struct lane *lane = &courier->lanes[i];
        lane->courier = courier;
        lane->window = calloc(courier->spec.batch_rows, sizeof(*lane->window));
        if (!lane->window)
            return -ENOMEM;
    }
    return 0;
}

static void free_lanes(struct courier *courier)
{
    for (int i = 0; i < LANES; i++) {
        courier_let_go(&courier->lanes[i]);
        free(courier->lanes[i].window);
    }
}

int courier_create(const struct courier_site *site, const struct courier_spec *spec,
                   struct courier **ret_courier)
{
    struct courier *courier = calloc(1, sizeof(*courier));
    uint32_t seed = (uint32_t)clock_now().mono_ns;

    if (!courier)
        return -ENOMEM;
    courier->spec = *spec;
    courier->site = *site;
    apply_fallbacks(&courier->spec);
    (void)text_copy(courier->name, sizeof(courier->name), spec->name);
    (void)snprintf(courier->room, sizeof(courier->room), "sink %s", courier->name);
    courier->batch_rows =
        courier->spec.batch_rows < ROWS_FIRST ? courier->spec.batch_rows : ROWS_FIRST;
    courier->from_backlog = true; /* so that live rows have the first turn */
    courier->rate_since_ns = courier->fresh_ns = clock_now().mono_ns;
    backoff_init(&courier->backoff, courier->spec.first_retry_ns, RETRY_CAP_NS, seed);
    int error = make_lanes(courier);
    if (!error)
        error = start_sink(courier);
    if (error)
        goto fail;
    courier->has_link = true;

    (void)uv_timer_init(site->loop, &courier->soon);
    (void)uv_timer_init(site->loop, &courier->pause);
    courier->soon.data = courier->pause.data = courier;
    courier->handles_open = 2;
    courier->answers_due = 1;
    courier->number = store_enlist(site->store, courier->name, courier->spec.kinds,
                                   courier, on_enlisted);
    if (courier->number < 0) {
        courier->answers_due = 0;
        complaint_raise(&courier->unreachable, LOG_LEVEL_ERROR, courier->room,
                        clock_now(), "the store does not take this sink on");
    }
    *ret_courier = courier;
    return 0;

fail:
    free_lanes(courier);
    free(courier);
    return error;
}

void courier_enlist_again(struct courier *courier)
{
    struct store_reach reach;

    store_describe_reach(courier->site.store, &reach);
    if (reach.version == courier->version || courier->number < 0)
        return;
    if (store_enlist(courier->site.store, courier->name, courier->spec.kinds, courier,
                     on_enlisted) < 0)
        return;
    courier->version = reach.version;
    courier->answers_due++;
}

void courier_stored(struct courier *courier, int64_t id)
{
    courier->stored_id = id;
    courier_work(courier);
}

void courier_stop(struct courier *courier)
{
    if (courier->is_stopping)
        return;
    courier->is_stopping = true;
    (void)uv_timer_stop(&courier->soon);
    (void)uv_timer_stop(&courier->pause);
    courier->spec.sink->stop(courier->link);
}

void courier_destroy(struct courier *courier)
{
    if (!courier)
        return;
    free_lanes(courier);
    ranges_done(&courier->backlog);
    free(courier);
}

void courier_answer(struct courier *courier, void *ticket, const char *json)
{
    if (courier->has_link && courier->spec.sink->answer)
        courier->spec.sink->answer(courier->link, ticket, json);
}

void courier_presence(struct courier *courier, const char *cell, const char *machine,
                      bool linked)
{
    if (courier->has_link && !courier->is_stopping && courier->spec.sink->presence)
        courier->spec.sink->presence(courier->link, cell, machine, linked);
}

void courier_describe(const struct courier *courier, struct courier_health *ret_health)
{
    *ret_health = (struct courier_health){
        .name = courier->name,
        .kind = courier->spec.sink->name,
        .batches = courier->batches,
        .retries = courier->retries,
        .refusals = courier->refusals,
        .rows_per_s = courier->rows_per_s,
        .batch_s = courier->batch_s,
        .is_waiting = courier->is_waiting,
        .has_backlog = courier->backlog.count > 0,
    };
    if (courier->has_link && courier->spec.sink->describe)
        courier->spec.sink->describe(courier->link, &ret_health->sink);
    if (courier->number >= 0)
        store_describe_queue(courier->site.store, courier->number, &ret_health->queue);
    (void)text_copy(ret_health->trouble, sizeof(ret_health->trouble),
                    courier->unreachable.last[0] ? courier->unreachable.last
                                                 : ret_health->sink.trouble);
}

struct letters_errand {
    struct courier *courier;
    void *owner;
    void (*on_done)(void *owner, int64_t count);
};

static void on_letters(void *owner, const struct ranges *ids, int64_t count)
{
    struct letters_errand errand = *(struct letters_errand *)owner;
    struct courier *courier = errand.courier;

    free(owner);
    courier->answers_due--;
    for (size_t i = 0; i < ids->count; i++)
        (void)ranges_add(&courier->backlog, ids->items[i].first, ids->items[i].last);
    if (errand.on_done)
        errand.on_done(errand.owner, count);
    courier_finish_stop(courier);
    courier_wake(courier);
}

int courier_settle_letters(struct courier *courier, int64_t id, enum letter_fate fate,
                           void *owner, void (*on_done)(void *owner, int64_t count))
{
    if (courier->number < 0)
        return courier->number;
    struct letters_errand *errand = malloc(sizeof(*errand));
    if (!errand)
        return -ENOMEM;
    *errand = (struct letters_errand){courier, owner, on_done};
    int error = store_settle_letters(courier->site.store, courier->number, id, fate,
                                     errand, on_letters);
    if (error)
        free(errand);
    else
        courier->answers_due++;
    return error;
}
