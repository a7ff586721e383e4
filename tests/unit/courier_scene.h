/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier between a store's scene and a destination that does what the test says. For
 * tests; include once a program.
 */
#pragma once

#include "daemon/base/log.h"
#include "daemon/pipeline/courier.h"
#include "tests/unit/store_scene.h"

#include <errno.h>

enum {
    NUMBERS = 4000
};

/* A destination that does what the test says. One a test; the sink finds it here. */
static struct destination {
    struct sink_site site;
    uv_timer_t timer;
    const struct batch *batches_out[2]; /* [is_backlog] */
    bool takes_both;                    /* as some sinks do; else one at a time */
    bool is_stopping;
    unsigned retry_percent;
    int64_t poison; /* cycle numbers divisible by this are refused; 0 = none */
    bool breaks; /* poison is answered with a 500 for ever, as is everything when sick */
    bool is_sick;
    bool is_down, unconfirmed;
    int64_t last_live_no, last_backlog_no;
    bool out_of_order;
    int batches, backlog_batches, marked;
    size_t largest;
    int received[NUMBERS];
} destination;

static struct courier *courier;
static int couriers_stopped;

static bool holds_poison(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (destination.poison &&
            batch->records[i]->cycle.cycle_no % destination.poison == 0)
            return true;
    return false;
}

static void receive(const struct batch *batch)
{
    int64_t *last_no =
        batch->is_backlog ? &destination.last_backlog_no : &destination.last_live_no;

    for (size_t i = 0; i < batch->count; i++) {
        int64_t number = batch->records[i]->cycle.cycle_no;
        destination.received[number]++;
        destination.marked += batch->records[i]->replayed;
        destination.out_of_order |= number < *last_no;
        *last_no = number;
    }
    destination.batches++;
    destination.backlog_batches += batch->is_backlog;
    if (batch->count > destination.largest)
        destination.largest = batch->count;
}

static void judge(const struct batch *batch)
{
    struct settlement settlement = {.verdict = VERDICT_DELIVERED,
                                    .unconfirmed = destination.unconfirmed};

    if (destination.is_down || (unsigned)(random() % 100) < destination.retry_percent)
        settlement = (struct settlement){.verdict = VERDICT_RETRY, .reason = "not now"};
    else if (destination.is_sick || (destination.breaks && holds_poison(batch)))
        settlement = (struct settlement){
            .verdict = VERDICT_RETRY, .reason = "500 panic", .answered = true};
    else if (holds_poison(batch))
        settlement = (struct settlement){.verdict = VERDICT_REFUSED,
                                         .reason = "field type conflict"};
    else
        receive(batch);
    settlement.batch = destination.takes_both ? batch : NULL;
    destination.site.settle(destination.site.owner, &settlement);
}

static void on_time(uv_timer_t *timer)
{
    (void)timer;
    for (int i = 0; i < 2; i++) {
        const struct batch *batch = destination.batches_out[i];
        destination.batches_out[i] = NULL;
        if (batch)
            judge(batch);
    }
}

static int fake_start(const struct sink_site *site, const void *options,
                      struct sink_link **ret_link)
{
    (void)options;
    destination.site = *site;
    *ret_link = (struct sink_link *)&destination;
    return uv_timer_init(site->loop, &destination.timer);
}

static void fake_send(struct sink_link *link, const struct batch *batch)
{
    (void)link;
    assert_null(destination.batches_out[batch->is_backlog]);
    assert_true(destination.takes_both || !destination.batches_out[!batch->is_backlog]);
    assert_true(batch->count > 0);
    destination.batches_out[batch->is_backlog] = batch;
    (void)uv_timer_start(&destination.timer, on_time, 0, 0);
}

static void on_timer_closed(uv_handle_t *timer)
{
    (void)timer;
    memset(destination.batches_out, 0, sizeof(destination.batches_out));
    destination.site.stopped(destination.site.owner);
}

static void fake_stop(struct sink_link *link)
{
    (void)link;
    uv_close((uv_handle_t *)&destination.timer, on_timer_closed);
}

static void fake_describe(const struct sink_link *link, struct sink_health *ret_health)
{
    (void)link;
    *ret_health = (struct sink_health){.linked = !destination.is_down};
}

static const struct sink fakes[] = {
    {.name = "fake",
     .start = fake_start,
     .send = fake_send,
     .stop = fake_stop,
     .describe = fake_describe},
    { .name = "fake",
     .takes_both = true,
     .start = fake_start,
     .send = fake_send,
     .stop = fake_stop,
     .describe = fake_describe},
};

static void on_stored(void *owner, int64_t id)
{
    scene_on_stored(owner, id);
    if (courier)
        courier_stored(courier, id);
}

static void on_courier_stopped(void *owner, struct courier *stopped)
{
    (void)owner;
    courier_destroy(stopped);
    courier = NULL;
    couriers_stopped++;
}

static void open_with_courier(struct scene *scene)
{
    const struct store_site site = {.loop = &scene->loop,
                                    .owner = scene,
                                    .stored = on_stored,
                                    .trouble = scene_on_trouble,
                                    .closed = scene_on_closed};
    const struct courier_site courier_site = {
        .loop = &scene->loop, .owner = scene, .stopped = on_courier_stopped};
    const struct courier_spec spec = {.sink = &fakes[destination.takes_both],
                                      .name = "fake",
                                      .first_retry_ns = NS_PER_MS,
                                      .batch_rows = 200};
    struct courier_site with_store = courier_site;

    scene->is_closed = false;
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(store_open(&scene->options, &site, &scene->store), 0);
    with_store.store = scene->store;
    assert_int_equal(courier_create(&with_store, &spec, &courier), 0);
}

static bool courier_is_gone(struct scene *scene)
{
    (void)scene;
    return !courier;
}

static void close_with_courier(struct scene *scene)
{
    courier_stop(courier);
    scene_until(scene, courier_is_gone);
    scene_close(scene);
}

static void begin(struct scene *scene, unsigned seed)
{
    destination = (struct destination){.takes_both = seed % 2};
    srandom(seed);
    scene_begin(scene);
    scene->options.commit = NS_PER_MS;
    open_with_courier(scene);
}

static void append_cycles(struct scene *scene, int64_t from, int64_t until)
{
    for (int64_t i = from; i < until; i++) {
        struct record record = scene_cycle("vmc-1", i);
        (void)scene_append(scene, &record);
        if (i % 3 == 0) {
            record = scene_packed(RECORD_ARCHIVE, i, 7);
            (void)scene_append(scene, &record);
        }
    }
}

static struct courier_health look(void)
{
    struct courier_health health;

    courier_describe(courier, &health);
    assert_true(ledger_closes(&health.queue.ledger));
    return health;
}

static bool all_is_settled(struct scene *scene)
{
    struct courier_health health = look();

    return health.queue.ledger.values[LEDGER_SAMPLED] >= scene->number &&
           health.queue.ledger.pending == 0;
}

static void wait_until_settled(struct scene *scene, int64_t sampled)
{
    scene->number = sampled;
    scene_until(scene, all_is_settled);
}
