/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/record_read.h"
#include "daemon/store/store_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fetch_question {
    struct question question; /* first */
    struct store_fetch fetch;
    void *owner;
    store_fetched on_fetched;
    struct fetched *fetched;
};

void fetched_destroy(struct fetched *fetched)
{
    if (!fetched)
        return;
    free(fetched->records);
    free(fetched->sizes);
    free(fetched->bodies);
    renderings_done(&fetched->renderings);
    free(fetched);
}

static struct fetched *fetched_create(size_t max_rows)
{
    struct fetched *fetched = calloc(1, sizeof(*fetched));

    if (!fetched)
        return NULL;
    fetched->records = calloc(max_rows, sizeof(*fetched->records));
    fetched->sizes = calloc(max_rows, sizeof(*fetched->sizes));
    if (fetched->records && fetched->sizes)
        return fetched;
    fetched_destroy(fetched);
    return NULL;
}

/* Keeps the row's body, with its NUL, behind those before it. */
static int keep_row(struct fetched *fetched, sqlite3_stmt *row)
{
    const char *body = record_body(row);
    size_t size = strlen(body) + 1;
    char *bodies = realloc(fetched->bodies, fetched->body_bytes + size);

    if (!bodies)
        return -ENOMEM;
    fetched->bodies = bodies;
    memcpy(bodies + fetched->body_bytes, body, size);
    fetched->body_bytes += size;

    struct record *record = &fetched->records[fetched->count];
    const struct row_columns columns = record_columns(row);
    record->id = columns.id;
    record->kind = columns.kind;
    record->wall_ns = columns.wall_ns;
    record->path = columns.path;
    (void)text_copy(record->machine, sizeof(record->machine), columns.machine);
    fetched->sizes[fetched->count++] = size - 1;
    fetched->scanned_id = record->id;
    return 0;
}

/* The bodies stay where they are from now on. One that cannot be read is left out. */
static void read_bodies(struct fetched *fetched)
{
    char *body = fetched->bodies;
    size_t kept = 0;

    for (size_t i = 0; i < fetched->count; i++) {
        const struct record *row = &fetched->records[i];
        const struct row_columns columns = {row->kind, row->id, row->wall_ns, row->path,
                                            row->machine};
        struct record record;
        size_t size = fetched->sizes[i];
        int error = record_read(&columns, body, &record);
        body += size + 1;
        if (error)
            continue;
        fetched->records[kept] = record;
        fetched->sizes[kept++] = size;
    }
    fetched->count = kept;
}

static int fetch_rows(struct question *question, struct database *database)
{
    struct fetch_question *self = (struct fetch_question *)question;
    const struct store_fetch *fetch = &self->fetch;
    if (fetch->first_id < database->first_id)
        return -EAGAIN;
    sqlite3_stmt *rows = database_statement(database, QUERY_FETCH);
    struct fetched *fetched = fetched_create(fetch->max_rows);
    int result = fetched ? 1 : -ENOMEM;

    if (!rows || !fetched) {
        fetched_destroy(fetched);
        return rows ? -ENOMEM : database_error(database);
    }
    (void)sqlite3_bind_int64(rows, 1, fetch->first_id);
    (void)sqlite3_bind_int64(rows, 2, fetch->last_id);
    (void)sqlite3_bind_int64(rows, 3, fetch->kinds);
    while (result > 0 && fetched->count < fetch->max_rows &&
           fetched->body_bytes < fetch->max_bytes) {
        result = database_step(database, rows);
        if (result > 0 && keep_row(fetched, rows))
            result = -ENOMEM;
    }
    (void)sqlite3_reset(rows);
    if (result == 0)
        fetched->scanned_id = fetch->last_id;
    if (result >= 0) {
        read_bodies(fetched);
        result = fetch->render
                     ? renderings_make(fetched->records, fetched->count, fetch->render,
                                       fetch->place, &fetched->renderings)
                     : 0;
    }
    if (result < 0) {
        fetched_destroy(fetched);
        return result;
    }
    self->fetched = fetched;
    return 0;
}

static void deliver(struct answer *answer)
{
    struct fetch_question *self = (struct fetch_question *)question_of(answer);

    self->on_fetched(self->owner, self->question.error, self->fetched);
    free(self);
}

int store_fetch(struct store *store, const struct store_fetch *fetch, void *owner,
                store_fetched on_fetched)
{
    struct fetch_question *self = calloc(1, sizeof(*self));

    if (!self)
        return -ENOMEM;
    *self = (struct fetch_question){
        .question = {.answer.deliver = deliver, .run = fetch_rows},
        .fetch = *fetch,
        .owner = owner,
        .on_fetched = on_fetched,
    };
    int error = reader_ask(&store->couriers, &self->question);
    if (error)
        free(self);
    return error;
}
