/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store in a temporary folder, driven until something has happened. For tests; include
 * once a program.
 */
#pragma once

#include "daemon/base/clock.h"
#include "daemon/store/history.h"
#include "daemon/store/spool.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCENE_WALL_NS (INT64_C(1790000000) * NS_PER_S)

struct scene {
    char folder[64], path[96];
    uv_loop_t loop;
    struct store *store;
    struct store_options options;
    int64_t stored_id;
    int troubles;
    char trouble[256];
    bool is_closed, is_answered;
    size_t count;              /* of the last answer */
    struct record first, last; /* of the last answer */
    struct ranges ranges;      /* of the last answer */
    int64_t number;
    char words[256];
};

static inline void scene_on_stored(void *owner, int64_t id)
{
    ((struct scene *)owner)->stored_id = id;
}

static inline void scene_on_trouble(void *owner, bool is_trouble, const char *sentence)
{
    struct scene *scene = owner;

    scene->troubles += is_trouble;
    (void)text_copy(scene->trouble, sizeof(scene->trouble), sentence);
}

static inline void scene_on_closed(void *owner)
{
    ((struct scene *)owner)->is_closed = true;
}

static inline void scene_open(struct scene *scene)
{
    const struct store_site site = {
        .loop = &scene->loop,
        .owner = scene,
        .stored = scene_on_stored,
        .trouble = scene_on_trouble,
        .closed = scene_on_closed,
    };

    scene->is_closed = false;
    scene->stored_id = 0;
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(store_open(&scene->options, &site, &scene->store), 0);
}

static inline void scene_close(struct scene *scene)
{
    store_close(scene->store);
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_true(scene->is_closed);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    scene->store = NULL;
}

static inline void scene_begin(struct scene *scene)
{
    *scene = (struct scene){.folder = "/tmp/test-store-XXXXXX"};
    assert_non_null(mkdtemp(scene->folder));
    (void)snprintf(scene->path, sizeof(scene->path), "%s/store.db", scene->folder);
    scene->options = (struct store_options){
        .path = scene->path,
        .keep = 36500 * NS_PER_DAY,
        .max_size = INT64_C(1) << 30,
        .keep_signals = 36500 * NS_PER_DAY,
        .commit = 10 * NS_PER_MS,
    };
}

static inline void scene_remove_folder(const char *folder)
{
    DIR *files = opendir(folder);

    for (struct dirent *file; files && (file = readdir(files));) {
        char name[400];
        (void)snprintf(name, sizeof(name), "%s/%s", folder, file->d_name);
        (void)unlink(name);
    }
    if (files)
        (void)closedir(files);
    (void)rmdir(folder);
}

static inline void scene_end(struct scene *scene)
{
    if (scene->store)
        scene_close(scene);
    ranges_done(&scene->ranges);
    scene_remove_folder(scene->folder);
}

static inline void scene_on_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until `is_done`, for half a minute at most. */
static inline void scene_until(struct scene *scene, bool (*is_done)(struct scene *scene))
{
    int64_t until_ns = clock_now().mono_ns + 30 * NS_PER_S;
    uv_timer_t tick;

    (void)uv_timer_init(&scene->loop, &tick);
    (void)uv_timer_start(&tick, scene_on_tick, 5, 5);
    while (!is_done(scene) && clock_now().mono_ns < until_ns)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
    assert_true(is_done(scene));
}

static inline bool scene_is_answered(struct scene *scene)
{
    return scene->is_answered;
}

static inline bool scene_is_stored(struct scene *scene)
{
    return scene->stored_id >= scene->number;
}

static inline void scene_wait_stored(struct scene *scene, int64_t id)
{
    scene->number = id;
    scene_until(scene, scene_is_stored);
}

static inline struct record scene_cycle(const char *machine, int64_t number)
{
    struct record record;

    record_init(&record, RECORD_CYCLE,
                (struct moment){.wall_ns = SCENE_WALL_NS + number * NS_PER_S});
    (void)text_copy(record.machine, sizeof(record.machine), machine);
    record.cycle.cycle_no = number;
    record.cycle.ct = 60.0 + 0.1 * (double)number;
    return record;
}

static inline struct record scene_packed(enum record_kind kind, int64_t number,
                                         int64_t count)
{
    struct record record;

    record_init(&record, kind,
                (struct moment){.wall_ns = SCENE_WALL_NS + number * NS_PER_S});
    (void)text_copy(record.machine, sizeof(record.machine), "vmc-1");
    record.packed.count = count;
    record.packed.signals = "{\"spindle_load\":[[0,35.2,192],[100,35.5,192]]}";
    return record;
}

static inline int64_t scene_append(struct scene *scene, const struct record *record)
{
    int64_t id = store_append(scene->store, record);

    assert_true(id > 0);
    return id;
}

static inline void scene_keep_ends(struct scene *scene, const struct record *records,
                                   size_t count)
{
    scene->is_answered = true;
    scene->count = count;
    if (count > 0) {
        scene->first = records[0];
        scene->last = records[count - 1];
    }
}

static inline void scene_on_history(void *owner, int error, struct history *history)
{
    assert_int_equal(error, 0);
    scene_keep_ends(owner, history->records, history->count);
}

static inline void scene_ask(struct scene *scene, const struct history_query *query)
{
    scene->is_answered = false;
    assert_int_equal(history_ask(scene->store, query, scene, scene_on_history), 0);
    scene_until(scene, scene_is_answered);
}

static inline void scene_on_fetched(void *owner, int error, struct fetched *fetched)
{
    struct scene *scene = owner;

    assert_int_equal(error, 0);
    scene_keep_ends(scene, fetched->records, fetched->count);
    scene->number = fetched->scanned_id;
    fetched_destroy(fetched);
}

static inline void scene_fetch(struct scene *scene, const struct store_fetch *fetch)
{
    scene->is_answered = false;
    assert_int_equal(store_fetch(scene->store, fetch, scene, scene_on_fetched), 0);
    scene_until(scene, scene_is_answered);
}

static inline void scene_on_enlisted(void *owner, const struct ranges *acknowledged,
                                     int64_t last_id)
{
    struct scene *scene = owner;

    scene->is_answered = true;
    scene->number = last_id;
    assert_int_equal(ranges_copy(&scene->ranges, acknowledged), 0);
}

static inline int scene_enlist(struct scene *scene, const char *name, uint32_t kinds)
{
    scene->is_answered = false;
    int sink = store_enlist(scene->store, name, kinds, scene, scene_on_enlisted);
    assert_true(sink >= 0);
    scene_until(scene, scene_is_answered);
    return sink;
}

static inline void scene_on_settled(void *owner, const struct ranges *ids, int64_t count)
{
    struct scene *scene = owner;

    scene->is_answered = true;
    scene->number = count;
    assert_int_equal(ranges_copy(&scene->ranges, ids), 0);
}

static inline int64_t scene_settle_letters(struct scene *scene, int sink, int64_t id,
                                           enum letter_fate fate)
{
    scene->is_answered = false;
    assert_int_equal(
        store_settle_letters(scene->store, sink, id, fate, scene, scene_on_settled), 0);
    scene_until(scene, scene_is_answered);
    return scene->number;
}

/* All that was asked of the store before this is done. */
static inline void scene_settle(struct scene *scene)
{
    (void)scene_settle_letters(scene, 0, -1, LETTER_DROP);
}

static inline struct ledger scene_ledger(struct scene *scene, int sink)
{
    struct store_queue queue;

    store_describe_queue(scene->store, sink, &queue);
    assert_true(ledger_closes(&queue.ledger));
    return queue.ledger;
}
