/* SPDX-License-Identifier: Apache-2.0 */
/* Records are found the same before they have a place by series and after. */
#include "daemon/store/placing.h"
#include "tests/unit/store_scene.h"

enum {
    MACHINES = 3,
    ROWS = 300 /* a second apart: too few and too near each other to be placed unasked */
};

static const char *const machines[MACHINES] = {"vmc-1", "vmc-2", "vmc-3"};

static int64_t append(struct scene *scene, int64_t number)
{
    struct record record = scene_cycle(machines[number % MACHINES], number);

    record.context.run_seq = number % 2;
    return scene_append(scene, &record);
}

static int64_t ask(const struct scene *scene, const char *sql)
{
    struct database database;

    assert_int_equal(database_open(&database, scene->path, true), 0);
    int64_t answer = database_ask(&database, sql, -1);
    database_close(&database);
    return answer;
}

static void place(struct scene *scene)
{
    struct database database;

    scene_close(scene);
    assert_int_equal(database_open(&database, scene->path, false), 0);
    assert_int_equal(placing_do(&database), 0);
    database_close(&database);
    scene_open(scene);
}

static void expect(struct scene *scene, const struct history_query *query, size_t count,
                   int64_t first, int64_t last)
{
    scene_ask(scene, query);
    assert_int_equal(scene->count, count);
    assert_int_equal(scene->first.cycle.cycle_no, first);
    assert_int_equal(scene->last.cycle.cycle_no, last);
}

/* Cycles 1 to `last` are there, each once. */
static void expect_all(struct scene *scene, int64_t last)
{
    struct history_query query = {.until_wall_ns = INT64_MAX, .run_seq = RECORD_UNKNOWN};
    size_t count = (size_t)last;

    expect(scene, &query, count, 1, last);
    query.newest_first = true;
    expect(scene, &query, count, last, 1);
    query.limit = 10;
    expect(scene, &query, 10, last, last - 9);
    query.machine = "vmc-1";
    expect(scene, &query, 10, last, last - 27);
    query.limit = 0;
    expect(scene, &query, count / MACHINES, last, 3);
    query.run_seq = 1;
    expect(scene, &query, count / MACHINES / 2, last - 3, 3);
    query = (struct history_query){.from_wall_ns = SCENE_WALL_NS + 101 * NS_PER_S,
                                   .until_wall_ns = SCENE_WALL_NS + 201 * NS_PER_S,
                                   .run_seq = RECORD_UNKNOWN};
    expect(scene, &query, 100, 101, 200);
    query.kinds = 1u << RECORD_STATE;
    scene_ask(scene, &query);
    assert_int_equal(scene->count, 0);
}

static void what_has_a_place_and_what_waits_are_one_history(void **state)
{
    struct scene scene;
    int64_t id = 0;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    for (int64_t i = ROWS; i >= 1; i--)
        id = append(&scene, i);
    scene_wait_stored(&scene, id);
    assert_int_equal(ask(&scene, "SELECT count(*) FROM place"), 0);
    expect_all(&scene, ROWS);

    place(&scene);
    assert_int_equal(ask(&scene, "SELECT count(*) FROM place"), ROWS);
    expect_all(&scene, ROWS);

    for (int64_t i = 1; i <= 60; i++)
        id = append(&scene, ROWS + i);
    scene_wait_stored(&scene, id);
    assert_int_equal(ask(&scene, "SELECT count(*) FROM place"), ROWS);
    expect_all(&scene, ROWS + 60);
    place(&scene);
    expect_all(&scene, ROWS + 60);
    scene_end(&scene);
}

static void a_correction_takes_the_place_along(void **state)
{
    struct record record = scene_cycle("vmc-1", 3);
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    scene_wait_stored(&scene, scene_append(&scene, &record));
    place(&scene);
    record.cycle.ct = 1;
    scene_wait_stored(&scene, scene_append(&scene, &record));
    assert_int_equal(ask(&scene, "SELECT count(*) FROM place"), 0);
    scene_ask(&scene, &(struct history_query){.until_wall_ns = INT64_MAX,
                                              .run_seq = RECORD_UNKNOWN});
    assert_int_equal(scene.count, 1);
    assert_true(scene.first.cycle.ct == 1);
    scene_end(&scene);
}

static void rows_of_hours_are_placed_by_themselves(void **state)
{
    struct database database;
    struct scene scene;
    int64_t id = 0;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    for (int64_t i = 1; i <= 30; i++)
        id = append(&scene, i);
    scene_wait_stored(&scene, id);
    scene_close(&scene);
    assert_int_equal(database_open(&database, scene.path, false), 0);
    assert_int_equal(placing_look(&database), 0);
    assert_int_equal(database_ask(&database, "SELECT count(*) FROM place", -1), 0);
    assert_int_equal(database_run(&database, "UPDATE record SET wall_ns=wall_ns-"
                                             "7300*1000000000 WHERE id=1;"
                                             "UPDATE placed SET oldest_ns=0"),
                     0);
    assert_int_equal(placing_look(&database), 0);
    assert_int_equal(database_ask(&database, "SELECT count(*) FROM place", -1), 30);

    /* As a dead letter that is tried again. */
    assert_int_equal(
        database_run(&database,
                     "CREATE TEMP TABLE old AS SELECT id,kind,machine,path,wall_ns,key,"
                     "weight,size,body FROM record WHERE id=5;"
                     "DELETE FROM record WHERE id=5"),
        0);
    assert_int_equal(database_ask(&database, "SELECT count(*) FROM place", -1), 29);
    assert_int_equal(database_run(&database, "INSERT INTO record(id,kind,machine,path,"
                                             "wall_ns,key,weight,size,body)"
                                             " SELECT * FROM old"),
                     0);
    assert_int_equal(database_ask(&database, "SELECT count(*) FROM place", -1), 30);
    database_close(&database);
    scene_open(&scene);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_a_place_and_what_waits_are_one_history),
        cmocka_unit_test(a_correction_takes_the_place_along),
        cmocka_unit_test(rows_of_hours_are_placed_by_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
