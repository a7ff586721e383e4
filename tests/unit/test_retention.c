/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a large file is read for a small step of deleting. */
#include "daemon/store/database.h"
#include "daemon/store/retention.h"
#include "tests/unit/store_scene.h"

enum {
    RECORDS = 5000,
    FEW_STEPS = 1000, /* of SQLite's machine; a row that is read takes some ten */
};

/* Writes a store and leaves it closed. */
static void write_records(struct scene *scene)
{
    int64_t id = 0;

    scene_begin(scene);
    scene_open(scene);
    for (int i = 1; i <= RECORDS; i++) {
        struct record record = scene_cycle("vmc-1", i);
        id = scene_append(scene, &record);
    }
    scene_wait_stored(scene, id);
    scene_close(scene);
}

static void raw_values_are_looked_for_without_reading_the_records(void **state)
{
    struct database database;
    struct book book = {0};
    struct scene scene;

    (void)state;
    write_records(&scene);
    assert_int_equal(database_open(&database, scene.path, false), 0);
    assert_int_equal(retention_shrink_raw(&database, &book, RECORDS), 0);
    int steps = sqlite3_stmt_status(database.statements[QUERY_OLDEST_SIGNALS],
                                    SQLITE_STMTSTATUS_VM_STEP, 0);
    assert_in_range(steps, 1, FEW_STEPS);
    database_close(&database);
    scene_open(&scene);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_values_are_looked_for_without_reading_the_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
