/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store_scene.h"

#include <math.h>
#include <sqlite3.h>

static void ids_grow_and_survive_a_restart(void **state)
{
    struct scene scene;
    struct record record = scene_cycle("vmc-1", 1);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    assert_int_equal(scene_append(&scene, &record), 1);
    record = scene_cycle("vmc-1", 2);
    assert_int_equal(scene_append(&scene, &record), 2);
    scene_wait_stored(&scene, 2);
    scene_close(&scene);

    scene_open(&scene);
    record = scene_cycle("vmc-1", 3);
    assert_int_equal(scene_append(&scene, &record), 3);
    scene_end(&scene);
}

static void closing_commits_what_is_left(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene.options.commit = NS_PER_S;
    scene_open(&scene);
    for (int i = 1; i <= 1234; i++) {
        struct record record = scene_cycle("vmc-1", i);
        (void)scene_append(&scene, &record);
    }
    scene_close(&scene);
    scene_open(&scene);
    scene_ask(&scene, &(struct history_query){.until_wall_ns = INT64_MAX,
                                              .run_seq = RECORD_UNKNOWN,
                                              .limit = 10000});
    assert_int_equal(scene.count, 1234);
    assert_true(scene.last.cycle.ct == 60.0 + 0.1 * 1234);
    assert_true(isnan(scene.last.cycle.net));
    scene_end(&scene);
}

static void history_is_asked_by_machine_kind_time_and_run(void **state)
{
    struct history_query query = {.until_wall_ns = INT64_MAX, .run_seq = RECORD_UNKNOWN};
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    for (int i = 1; i <= 60; i++) {
        struct record record = scene_cycle(i % 2 ? "vmc-1" : "vmc-2", i);
        record.context.run_seq = i <= 30 ? 7 : 8;
        (void)scene_append(&scene, &record);
        record.kind = RECORD_EVENT;
        record_init(&record, RECORD_EVENT, (struct moment){.wall_ns = record.wall_ns});
        (void)text_copy(record.machine, sizeof(record.machine), "vmc-1");
        (void)scene_append(&scene, &record);
        record = scene_packed(RECORD_ARCHIVE, i, 10);
        (void)scene_append(&scene, &record);
    }
    scene_wait_stored(&scene, 180);

    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 120);
    query.kinds = 1u << RECORD_CYCLE;
    query.machine = "vmc-2";
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 30);
    assert_int_equal(scene.first.cycle.cycle_no, 2);
    query.newest_first = true;
    query.limit = 5;
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 5);
    assert_int_equal(scene.first.cycle.cycle_no, 60);
    assert_int_equal(scene.last.cycle.cycle_no, 52);
    query.run_seq = 7;
    scene_ask(&scene, &query);
    assert_int_equal(scene.first.cycle.cycle_no, 30);
    query = (struct history_query){.from_wall_ns = SCENE_WALL_NS + 10 * NS_PER_S,
                                   .until_wall_ns = SCENE_WALL_NS + 12 * NS_PER_S,
                                   .run_seq = RECORD_UNKNOWN,
                                   .kinds = 1u << RECORD_ARCHIVE};
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 2);
    query.machine = "nobody";
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 0);
    scene_end(&scene);
}

static void print_numbers(const struct history_query *query, const struct record *records,
                          size_t count, struct text *text)
{
    assert_int_equal(query->limit, 3);
    for (size_t i = 0; i < count; i++)
        text_add_format(text, "%lld ", (long long)records[i].cycle.cycle_no);
}

static void on_printed(void *owner, int error, struct history *history)
{
    struct scene *scene = owner;

    assert_int_equal(error, 0);
    assert_null(history->records);
    assert_int_equal(history->count, 0);
    (void)text_copy(scene->words, sizeof(scene->words), history->text.data);
    scene->is_answered = true;
}

static void what_is_printed_is_made_by_the_reader(void **state)
{
    const struct history_query query = {.until_wall_ns = INT64_MAX,
                                        .run_seq = RECORD_UNKNOWN,
                                        .limit = 3,
                                        .newest_first = true,
                                        .print = print_numbers};
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    for (int64_t i = 1; i <= 10; i++) {
        const struct record record = scene_cycle("vmc-1", i);
        (void)scene_append(&scene, &record);
    }
    scene_wait_stored(&scene, 10);
    assert_int_equal(history_ask(scene.store, &query, &scene, on_printed), 0);
    scene_until(&scene, scene_is_answered);
    assert_string_equal(scene.words, "10 9 8 ");
    scene_end(&scene);
}

static int64_t ask_file(const struct scene *scene, const char *sql)
{
    sqlite3 *file;
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_open(scene->path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(file);
    return answer;
}

/* As the first version kept its rows: found by another index, with whole bodies. */
static void an_older_file_is_brought_up_to_date(void **state)
{
    static const char older[] =
        "DROP INDEX record_by_time; DROP INDEX archived_by_time;"
        "DROP TRIGGER record_waits; DROP TRIGGER record_comes_back;"
        "DROP TRIGGER record_goes; DROP TABLE place; DROP TABLE placed;"
        "ALTER TABLE record DROP COLUMN raw; ALTER TABLE archived DROP COLUMN raw;"
        "CREATE INDEX record_by_time ON record(machine, kind, wall_ns);"
        "CREATE INDEX archived_by_time ON archived(machine, kind, wall_ns);"
        "INSERT INTO record VALUES(7, 0, 1, 2, 1790000007000000000, 'x', 1, 60,"
        " '{\"t\":\"2026-09-21T14:13:27Z\",\"measurement\":\"cycle\","
        "\"machine\":\"vmc-1\",\"path\":2,\"cycle_no\":77}');"
        "PRAGMA user_version=1;";
    struct scene scene;
    struct record record = scene_cycle("vmc-1", 1);
    sqlite3 *file;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    (void)scene_append(&scene, &record);
    scene_close(&scene);
    assert_int_equal(sqlite3_open(scene.path, &file), SQLITE_OK);
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "DROP VIEW \"%s\"",
                       record_layouts[kind].measurement);
        assert_int_equal(sqlite3_exec(file, sql, NULL, NULL, NULL), SQLITE_OK);
    }
    assert_int_equal(sqlite3_exec(file, older, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(file);

    scene_open(&scene);
    scene_ask(&scene, &(struct history_query){.until_wall_ns = INT64_MAX,
                                              .machine = "vmc-1",
                                              .kinds = 1u << RECORD_CYCLE,
                                              .run_seq = RECORD_UNKNOWN});
    assert_int_equal(scene.count, 2);
    assert_int_equal(scene.last.cycle.cycle_no, 77);
    assert_int_equal(scene.last.path, 2);
    assert_string_equal(scene.last.machine, "vmc-1");
    scene_end(&scene);
}

static void a_person_can_ask_each_measurement_with_sqlite3(void **state)
{
    struct scene scene;
    struct record record = scene_cycle("vmc-1", 12);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    (void)scene_append(&scene, &record);
    record = scene_packed(RECORD_ARCHIVE, 1, 10);
    (void)scene_append(&scene, &record);
    scene_close(&scene);
    assert_int_equal(ask_file(&scene, "SELECT cycle_no FROM cycle WHERE machine='vmc-1' "
                                      "AND time LIKE '20%Z' AND net IS NULL"),
                     12);
    assert_int_equal(ask_file(&scene, "SELECT json_extract(signals, "
                                      "'$.spindle_load[1][0]') FROM archive"),
                     100);
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        char sql[128];
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) >= 0 FROM (SELECT * FROM \"%s\")",
                       record_layouts[kind].measurement);
        assert_int_equal(ask_file(&scene, sql), 1);
    }
    scene_end(&scene);
}

static void snapshots_and_positions_come_back(void **state)
{
    const char *const positions[] = {"1600000000/42", "quote \" and \\", ""};
    struct scene scene;
    struct store_resume resume = {0};

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    assert_int_equal(store_load(scene.store, "vmc-1", &resume), 0);
    assert_null(resume.snapshot);
    assert_int_equal(store_snapshot(scene.store, "vmc-1", "old", 3, NULL, 0), 0);
    assert_int_equal(store_snapshot(scene.store, "vmc-1", "a\0b", 3, positions, 3), 0);
    assert_int_equal(store_snapshot(scene.store, "vmc-2", NULL, 0, positions, 1), 0);
    scene_close(&scene);

    scene_open(&scene);
    assert_int_equal(store_load(scene.store, "vmc-1", &resume), 0);
    assert_int_equal(resume.length, 3);
    assert_memory_equal(resume.snapshot, "a\0b", 3);
    assert_int_equal(resume.position_count, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(resume.positions[i], positions[i]);
    store_resume_done(&resume);
    assert_int_equal(store_load(scene.store, "vmc-2", &resume), 0);
    assert_null(resume.snapshot);
    assert_int_equal(resume.position_count, 1);
    store_resume_done(&resume);
    scene_end(&scene);
}

static void a_machine_that_comes_back_finds_its_newest_snapshot(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    for (int i = 0; i < 3; i++) {
        const char said[] = {(char)('a' + i)};
        const struct record record = scene_cycle("vmc-1", i + 1);
        struct store_resume resume = {0};

        assert_int_equal(store_hold(scene.store), 0);
        assert_int_equal(store_snapshot(scene.store, "vmc-1", said, 1, NULL, 0), 0);
        int64_t id = scene_append(&scene, &record);
        store_release(scene.store);
        scene_wait_stored(&scene, id);
        assert_int_equal(store_load(scene.store, "vmc-1", &resume), 0);
        assert_int_equal(resume.length, 1);
        assert_memory_equal(resume.snapshot, said, 1);
        store_resume_done(&resume);
    }
    scene_end(&scene);
}

static void what_is_produced_again_is_there_once(void **state)
{
    struct history_query query = {.until_wall_ns = INT64_MAX, .run_seq = RECORD_UNKNOWN};
    struct scene scene;
    struct record record = scene_cycle("vmc-1", 1);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    (void)scene_append(&scene, &record);
    scene_close(&scene);
    scene_open(&scene);
    (void)scene_append(&scene, &record);
    scene_close(&scene);
    scene_open(&scene);
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.first.id, 1);

    record.cycle.ct = 99;
    int64_t id = scene_append(&scene, &record);
    record.path = 2;
    (void)text_copy(record.context.part, sizeof(record.context.part), "other");
    scene_wait_stored(&scene, scene_append(&scene, &record));
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 2);
    assert_int_equal(scene.first.id, id);
    assert_true(scene.first.cycle.ct == 99);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_grow_and_survive_a_restart),
        cmocka_unit_test(closing_commits_what_is_left),
        cmocka_unit_test(history_is_asked_by_machine_kind_time_and_run),
        cmocka_unit_test(what_is_printed_is_made_by_the_reader),
        cmocka_unit_test(an_older_file_is_brought_up_to_date),
        cmocka_unit_test(a_person_can_ask_each_measurement_with_sqlite3),
        cmocka_unit_test(snapshots_and_positions_come_back),
        cmocka_unit_test(a_machine_that_comes_back_finds_its_newest_snapshot),
        cmocka_unit_test(what_is_produced_again_is_there_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
