/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store_scene.h"

#include <fcntl.h>
#include <sys/stat.h>

#define EVERYTHING            \
    (&(struct history_query){ \
        .until_wall_ns = INT64_MAX, .run_seq = RECORD_UNKNOWN, .limit = 100000})

/* The store's folder, which a test takes away and gives back, and the refuge's. */
static char data[128], hidden[128], runtime[128], path[160];

static void begin(struct scene *scene)
{
    scene_begin(scene);
    (void)snprintf(data, sizeof(data), "%s/data", scene->folder);
    (void)snprintf(hidden, sizeof(hidden), "%s/hidden", scene->folder);
    (void)snprintf(runtime, sizeof(runtime), "%s/run", scene->folder);
    (void)snprintf(path, sizeof(path), "%s/store.db", data);
    assert_int_equal(mkdir(data, 0700), 0);
    assert_int_equal(mkdir(runtime, 0700), 0);
    assert_int_equal(setenv("RUNTIME_DIRECTORY", runtime, 1), 0);
    scene->options.path = path;
}

static void end(struct scene *scene)
{
    scene_close(scene);
    scene_remove_folder(data);
    assert_int_equal(rmdir(runtime), 0); /* nothing is left in the refuge */
    scene_end(scene);
}

/* As a disk that is gone: the path leads through a file. */
static void take_disk_away(void)
{
    assert_int_equal(rename(data, hidden), 0);
    int file = open(data, O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
}

static void give_disk_back(void)
{
    assert_int_equal(unlink(data), 0);
    assert_int_equal(rename(hidden, data), 0);
}

static int64_t append(struct scene *scene, int64_t from, int64_t until)
{
    int64_t id = 0;

    for (int64_t i = from; i < until; i++) {
        struct record record = scene_cycle("vmc-1", i);
        id = scene_append(scene, &record);
    }
    scene_wait_stored(scene, id);
    return id;
}

static bool is_home(struct scene *scene)
{
    return strstr(scene->trouble, "written to again") != NULL;
}

/* 100 cycles, of which the sink "influx" has the first 40. */
static void leave_a_backlog(struct scene *scene)
{
    scene_open(scene);
    int sink = scene_enlist(scene, "influx", 1u << RECORD_CYCLE);
    (void)append(scene, 1, 101);
    (void)store_acknowledge(scene->store, sink, 1, 40, LEDGER_DELIVERED);
    scene_settle(scene);
    scene_close(scene);
}

static void assert_all_is_at_home(struct scene *scene, size_t count)
{
    struct store_reach reach;

    store_describe_reach(scene->store, &reach);
    assert_int_equal(reach.first_id, 0);
    scene_ask(scene, EVERYTHING);
    assert_int_equal(scene->count, count);
    struct ledger ledger = scene_ledger(scene, 0);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], count);
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 60);
    assert_int_equal(ledger.pending, count - 60);
}

static void a_store_without_its_disk_starts_and_comes_home(void **state)
{
    struct scene scene;
    struct store_reach reach;

    (void)state;
    begin(&scene);
    leave_a_backlog(&scene);
    take_disk_away();
    scene_open(&scene);
    assert_int_equal(scene.troubles, 1);
    int sink = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    store_describe_reach(scene.store, &reach);
    assert_true(reach.first_id > 100);
    int64_t id = append(&scene, 101, 151);
    scene_fetch(&scene, &(struct store_fetch){.first_id = reach.first_id,
                                              .last_id = id,
                                              .kinds = UINT32_MAX,
                                              .max_rows = 1000,
                                              .max_bytes = 1e6});
    assert_int_equal(scene.count, 50);
    (void)store_acknowledge(scene.store, sink, reach.first_id, reach.first_id + 19,
                            LEDGER_DELIVERED);
    scene_settle(&scene);
    assert_int_equal(scene_ledger(&scene, sink).pending, 30);
    give_disk_back();
    scene_until(&scene, is_home);
    assert_all_is_at_home(&scene, 150);
    int version = reach.version;
    store_describe_reach(scene.store, &reach);
    assert_true(reach.version > version);
    (void)scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    assert_true(ranges_contain(&scene.ranges, 40));
    assert_false(ranges_contain(&scene.ranges, 41));
    assert_false(ranges_contain(&scene.ranges, id));
    end(&scene);
}

static void what_a_kill_left_in_memory_is_brought_home_at_the_next_start(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    leave_a_backlog(&scene);
    take_disk_away();
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    int64_t id = append(&scene, 101, 151);
    (void)store_acknowledge(scene.store, sink, id - 19, id, LEDGER_DELIVERED);
    scene_settle(&scene);
    scene_close(&scene); /* the disk is still away: all of it stays where it is */
    give_disk_back();
    scene_open(&scene);
    (void)scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    assert_all_is_at_home(&scene, 150);
    assert_true(append(&scene, 151, 152) > id);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_without_its_disk_starts_and_comes_home),
        cmocka_unit_test(what_a_kill_left_in_memory_is_brought_home_at_the_next_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
