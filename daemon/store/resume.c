/* SPDX-License-Identifier: Apache-2.0 */
/* What store_snapshot() kept. */
#include "daemon/store/squeeze.h"
#include "daemon/store/store_inside.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int read_positions(const char *json, struct store_resume *resume)
{
    json_t *array = json_loads(json, 0, NULL);
    size_t count = json_array_size(array);
    int error = 0;

    resume->positions = calloc(count + 1, sizeof(*resume->positions));
    if (!resume->positions)
        error = -ENOMEM;
    for (size_t i = 0; i < count && !error; i++) {
        const char *position = json_string_value(json_array_get(array, i));
        resume->positions[i] = strdup(position ? position : "");
        if (!resume->positions[i])
            error = -ENOMEM;
        else
            resume->position_count++;
    }
    json_decref(array);
    return error;
}

static int read_row(struct database *database, const char *machine,
                    struct store_resume *resume)
{
    sqlite3_stmt *load = database_statement(database, QUERY_LOAD_SNAPSHOT);

    if (!load)
        return database_error(database);
    (void)sqlite3_bind_text(load, 1, machine, -1, SQLITE_STATIC);
    int result = database_step(database, load);
    if (result <= 0)
        return result;

    const void *body = sqlite3_column_blob(load, 0);
    size_t length = (size_t)sqlite3_column_bytes(load, 0);
    if (body && length > 0) {
        int error = squeeze_unpack(body, length, &resume->snapshot, &resume->length);
        if (error == -ENOMEM)
            return error; /* one that is damaged is as good as none */
    }
    return read_positions(database_text(load, 1), resume);
}

int store_load(struct store *store, const char *machine, struct store_resume *ret_resume)
{
    struct store_resume resume = {.snapshot = NULL};
    struct database *database = &store->view.database;

    int error = view_open(&store->view, &store->board);
    if (!error) {
        error = read_row(database, machine, &resume);
        (void)sqlite3_reset(database_statement(database, QUERY_LOAD_SNAPSHOT));
    }
    if (error) {
        view_close(&store->view);
        store_resume_done(&resume);
    } else {
        *ret_resume = resume;
    }
    return error;
}

void store_resume_done(struct store_resume *resume)
{
    for (size_t i = 0; i < resume->position_count; i++)
        free(resume->positions[i]);
    free(resume->positions);
    free(resume->snapshot);
    *resume = (struct store_resume){.snapshot = NULL};
}
