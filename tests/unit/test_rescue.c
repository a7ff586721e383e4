/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define EVERYTHING            \
    (&(struct history_query){ \
        .until_wall_ns = INT64_MAX, .run_seq = RECORD_UNKNOWN, .limit = 1000000})

static void fill(struct scene *scene, int64_t cycles)
{
    int64_t id = 0;

    for (int64_t i = 1; i <= cycles; i++) {
        struct record record = scene_cycle("vmc-1", i);
        id = scene_append(scene, &record);
    }
    scene_wait_stored(scene, id);
}

/* Is there a file whose name holds `part`? */
static bool has_file(const struct scene *scene, const char *part)
{
    DIR *files = opendir(scene->folder);
    bool found = false;

    assert_non_null(files);
    for (struct dirent *file; (file = readdir(files));)
        found |= strstr(file->d_name, part) != NULL;
    (void)closedir(files);
    return found;
}

static void spoil(const struct scene *scene, off_t at, size_t length)
{
    char garbage[4096];
    int file = open(scene->path, O_WRONLY);

    memset(garbage, 0xa5, sizeof(garbage));
    assert_true(file >= 0);
    while (length > 0) {
        size_t part = length < sizeof(garbage) ? length : sizeof(garbage);
        assert_int_equal(pwrite(file, garbage, part, at), part);
        at += (off_t)part;
        length -= part;
    }
    assert_int_equal(close(file), 0);
}

/* A fresh store stands in its place, takes records, and gives greater ids. */
static void assert_set_aside(struct scene *scene, const char *suffix, int64_t id_before)
{
    struct record record = scene_cycle("vmc-1", 5);

    scene_open(scene);
    assert_true(has_file(scene, suffix));
    assert_int_equal(scene->troubles, 1);
    assert_non_null(strstr(scene->trouble, suffix));
    int64_t id = scene_append(scene, &record);
    assert_true(id > id_before);
    scene_wait_stored(scene, id);
    scene_ask(scene, EVERYTHING);
    assert_int_equal(scene->count, 1);
    scene_end(scene);
}

static void a_torn_header_is_set_aside(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    fill(&scene, 10);
    scene_close(&scene);
    spoil(&scene, 0, 512);
    assert_set_aside(&scene, ".corrupt-", 10);
}

static void a_truncated_file_is_set_aside(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    fill(&scene, 2000);
    scene_close(&scene);
    assert_int_equal(truncate(scene.path, 100000), 0);
    assert_set_aside(&scene, ".corrupt-", 2000);
}

static void damaged_pages_are_set_aside(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    fill(&scene, 2000);
    scene_close(&scene);
    spoil(&scene, 16384, 262144);
    assert_set_aside(&scene, ".corrupt-", 2000);
}

static void another_programs_file_is_set_aside_whole(void **state)
{
    struct scene scene;
    sqlite3 *file;

    (void)state;
    scene_begin(&scene);
    assert_int_equal(sqlite3_open(scene.path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, "CREATE TABLE recipes(a)", NULL, NULL, NULL), 0);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    assert_set_aside(&scene, ".foreign-", 0);
}

static void what_is_no_database_at_all_is_set_aside(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    int file = open(scene.path, O_WRONLY | O_CREAT, 0600);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(file, "this is not a database, but a letter\n", 37), 37);
    assert_int_equal(close(file), 0);
    assert_set_aside(&scene, ".corrupt-", 0);
}

static void a_file_damaged_while_it_is_open_is_set_aside(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    fill(&scene, 6000);
    spoil(&scene, 4096, 1 << 20);
    for (int64_t i = 6001; i <= 12000; i++) {
        struct record record = scene_cycle(i % 2 ? "vmc-1" : "vmc-2", i);
        (void)scene_append(&scene, &record);
    }
    scene_wait_stored(&scene, 12000);
    scene_settle(&scene);
    if (has_file(&scene, ".corrupt-"))
        assert_true(scene_ledger(&scene, sink).values[LEDGER_LOST_DAMAGED] > 0);
    assert_int_equal(scene_ledger(&scene, sink).values[LEDGER_SAMPLED], 12000);
    scene_end(&scene);
}

/* Appends until it is killed; says through the pipe what it was told is stored. */
static void on_stored_tell(void *owner, int64_t id)
{
    scene_on_stored(owner, id);
    (void)!write(((struct scene *)owner)->troubles, &id, sizeof(id));
}

static void append_until_killed(struct scene *scene, int pipe_end)
{
    const struct store_site site = {
        .loop = &scene->loop, .owner = scene, .stored = on_stored_tell};

    scene->troubles = pipe_end;
    if (uv_loop_init(&scene->loop) != 0 ||
        store_open(&scene->options, &site, &scene->store) != 0)
        _exit(1);
    scene->is_answered = false;
    int sink = store_enlist(scene->store, "influx", 1u << RECORD_CYCLE, scene,
                            scene_on_enlisted);
    struct store_health health;
    store_describe(scene->store, &health);
    for (int64_t i = health.last_id + 1;; i++) {
        struct record record = scene_cycle("vmc-1", i);
        (void)store_append(scene->store, &record);
        if (i % 50 == 0 && scene->stored_id > 0)
            (void)store_acknowledge(scene->store, sink, 1, scene->stored_id / 2,
                                    LEDGER_DELIVERED);
        if (i % 7 == 0)
            (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
        if (i % 100 == 0)
            uv_sleep(1);
    }
}

/* Returns the newest id the child was told is stored. */
static int64_t kill_after(struct scene *scene, unsigned wait_us, bool waits_for_commit)
{
    int ends[2];
    int64_t id, told = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        append_until_killed(scene, ends[1]);
    (void)close(ends[1]);
    if (waits_for_commit && read(ends[0], &id, sizeof(id)) == (ssize_t)sizeof(id))
        told = id;
    (void)usleep(wait_us); /* the moment is what is random; nothing is asserted of it */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    while (read(ends[0], &id, sizeof(id)) == (ssize_t)sizeof(id))
        told = id;
    (void)close(ends[0]);
    return told;
}

static void twenty_kills_lose_nothing_that_was_stored(void **state)
{
    struct scene scene;
    int64_t told = 0;

    (void)state;
    scene_begin(&scene);
    srandom(7);
    for (int round = 0; round < 20; round++) {
        int64_t newest = kill_after(&scene, (unsigned)(random() % 60000), round % 4 != 0);
        if (newest > told)
            told = newest;
        scene_open(&scene);
        int sink = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
        assert_int_equal(scene.troubles, 0);
        scene_ask(&scene, EVERYTHING);
        assert_true(scene.number >= told);
        assert_int_equal(scene.count, scene.number);
        if (scene.count > 0) {
            assert_int_equal(scene.last.id, scene.count);
            assert_int_equal(scene.last.cycle.cycle_no, scene.count);
        }
        struct ledger ledger = scene_ledger(&scene, sink);
        assert_int_equal(ledger.values[LEDGER_SAMPLED], scene.count);
        scene_close(&scene);
    }
    assert_true(told > 0);
    scene_end(&scene);
}

static bool has_trouble(struct scene *scene)
{
    return scene->troubles > 0;
}

static bool has_recovered(struct scene *scene)
{
    return strstr(scene->trouble, "room again") != NULL;
}

static void write_filler(const char *name)
{
    static const char zeros[65536];
    int file = open(name, O_WRONLY | O_CREAT, 0600);

    assert_true(file >= 0);
    while (write(file, zeros, sizeof(zeros)) > 0)
        ;
    while (write(file, zeros, 512) > 0)
        ;
    (void)close(file);
}

static void a_full_disk_keeps_records_and_recovers(void **state)
{
    struct scene scene;
    char filler[128];
    int64_t number = 1;

    (void)state;
    scene_begin(&scene);
    scene.options.max_size = 4 << 20;
    if (mount("tmpfs", scene.folder, "tmpfs", 0, "size=6m") != 0) {
        scene_remove_folder(scene.folder);
        print_message("no right to mount a tmpfs here\n");
        skip();
    }
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", 1u << RECORD_CYCLE);
    for (; number <= 500; number++) {
        struct record record = scene_cycle("vmc-1", number);
        (void)scene_append(&scene, &record);
        record = scene_packed(RECORD_ARCHIVE, number, 3);
        (void)scene_append(&scene, &record);
    }
    scene_wait_stored(&scene, 1000);
    (void)snprintf(filler, sizeof(filler), "%s/filler", scene.folder);
    write_filler(filler);
    for (; number <= 4000 && !has_trouble(&scene); number++) {
        struct record record = scene_cycle("vmc-1", number);
        (void)store_append(scene.store, &record);
        if (number % 50 == 0)
            (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
    }
    scene_until(&scene, has_trouble);
    assert_int_equal(unlink(filler), 0);
    scene_until(&scene, has_recovered);
    struct record record = scene_cycle("vmc-1", number++);
    scene_wait_stored(&scene, scene_append(&scene, &record));
    scene_settle(&scene);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], number - 1);
    record = scene_packed(RECORD_ARCHIVE, number, 3);
    scene_wait_stored(&scene, scene_append(&scene, &record));
    scene_close(&scene);
    assert_false(has_file(&scene, ".corrupt-"));
    assert_int_equal(umount(scene.folder), 0);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_torn_header_is_set_aside),
        cmocka_unit_test(a_truncated_file_is_set_aside),
        cmocka_unit_test(damaged_pages_are_set_aside),
        cmocka_unit_test(another_programs_file_is_set_aside_whole),
        cmocka_unit_test(what_is_no_database_at_all_is_set_aside),
        cmocka_unit_test(a_file_damaged_while_it_is_open_is_set_aside),
        cmocka_unit_test(twenty_kills_lose_nothing_that_was_stored),
        cmocka_unit_test(a_full_disk_keeps_records_and_recovers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
