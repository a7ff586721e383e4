/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/history.h"

#include "daemon/store/record_read.h"
#include "daemon/store/schema.h"
#include "daemon/store/store_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_FALLBACK = 1000
};

#define READ_ROW(table) \
    "SELECT " READ_COLUMNS " FROM " table " JOIN machine USING(machine) WHERE id=?1"

/* Where a row stands in time; found through the index, before any body is read. */
struct place_in_time {
    int64_t wall_ns, id;
    bool is_archived;
};

struct history_question {
    struct question question; /* first */
    struct history_query query;
    char machine[RECORD_NAME_MAX];
    bool has_machine;
    void *owner;
    history_answer on_answer;

    struct place_in_time *places;
    size_t place_count, place_capacity;
    struct record *records;
    char **bodies;
    size_t count;
};

static int add_place(struct history_question *self, const struct place_in_time *place)
{
    if (self->place_count == self->place_capacity) {
        size_t capacity = self->place_capacity ? self->place_capacity * 2 : 256;
        struct place_in_time *places =
            realloc(self->places, capacity * sizeof(*self->places));
        if (!places)
            return -ENOMEM;
        self->places = places;
        self->place_capacity = capacity;
    }
    self->places[self->place_count++] = *place;
    return 0;
}

static int later_first(const void *a, const void *b)
{
    const struct place_in_time *left = a, *right = b;

    if (left->wall_ns != right->wall_ns)
        return left->wall_ns < right->wall_ns ? 1 : -1;
    return left->id < right->id ? 1 : left->id > right->id ? -1 : 0;
}

static int earlier_first(const void *a, const void *b)
{
    return later_first(b, a);
}

/* Keeps the first `limit` places in the order asked for. */
static void sort_places(struct history_question *self)
{
    if (self->place_count > 1)
        qsort(self->places, self->place_count, sizeof(*self->places),
              self->query.newest_first ? later_first : earlier_first);
    if (self->place_count > self->query.limit)
        self->place_count = self->query.limit;
}

/* The places of one machine and kind, through the index. */
static int find_places(struct history_question *self, struct database *database,
                       sqlite3_stmt *find, int64_t machine, int kind)
{
    const struct history_query *query = &self->query;
    int result;

    (void)sqlite3_bind_int64(find, 1, schema_series(machine, (enum record_kind)kind));
    (void)sqlite3_bind_int64(find, 2, machine);
    (void)sqlite3_bind_int64(find, 3, query->from_wall_ns);
    (void)sqlite3_bind_int64(find, 4, query->until_wall_ns);
    (void)sqlite3_bind_int64(find, 5, query->after_id);
    (void)sqlite3_bind_int64(find, 6, (int64_t)query->limit);
    if (query->run_seq != RECORD_UNKNOWN)
        (void)sqlite3_bind_int64(find, 7, query->run_seq);
    while ((result = database_step(database, find)) > 0) {
        const struct place_in_time place = {
            .wall_ns = sqlite3_column_int64(find, 0),
            .id = sqlite3_column_int64(find, 1),
            .is_archived = kind == RECORD_ARCHIVE,
        };
        if (add_place(self, &place)) {
            (void)sqlite3_reset(find);
            return -ENOMEM;
        }
    }
    if (self->place_count > 2 * self->query.limit)
        sort_places(self);
    return result;
}

static sqlite3_stmt *prepare_find(const struct history_question *self,
                                  struct database *database, const char *table)
{
    bool of_run = self->query.run_seq != RECORD_UNKNOWN;
    sqlite3_stmt *find = NULL;
    char sql[384];
    struct text text;

    text_init_fixed(&text, sql, sizeof(sql));
    text_add_format(&text,
                    "SELECT wall_ns, id FROM %s WHERE series=?1 AND machine=?2 AND"
                    " wall_ns>=?3 AND wall_ns<?4 AND id>?5 %s"
                    " ORDER BY wall_ns %s, id %s LIMIT ?6",
                    table, of_run ? "AND json_extract(body,'$.run_seq')=?7" : "",
                    self->query.newest_first ? "DESC" : "ASC",
                    self->query.newest_first ? "DESC" : "ASC");
    (void)sqlite3_prepare_v2(database->handle, sql, -1, &find, NULL);
    return find;
}

static int find_of_machine(struct history_question *self, struct database *database,
                           sqlite3_stmt *const find[2], int64_t machine)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (!(self->query.kinds >> kind & 1))
            continue;
        int error =
            find_places(self, database, find[kind == RECORD_ARCHIVE], machine, kind);
        if (error)
            return error;
    }
    return 0;
}

static int find_all(struct history_question *self, struct database *database)
{
    sqlite3_stmt *machines = database_statement(database, QUERY_MACHINES);
    sqlite3_stmt *const find[2] = {prepare_find(self, database, "record"),
                                   prepare_find(self, database, "archived")};
    int result = -EIO;

    if (machines && find[0] && find[1]) {
        if (self->has_machine)
            (void)sqlite3_bind_text(machines, 1, self->machine, -1, SQLITE_STATIC);
        while ((result = database_step(database, machines)) > 0) {
            result =
                find_of_machine(self, database, find, sqlite3_column_int64(machines, 0));
            if (result)
                break;
        }
        (void)sqlite3_reset(machines);
        (void)sqlite3_clear_bindings(machines);
    }
    (void)sqlite3_finalize(find[0]);
    (void)sqlite3_finalize(find[1]);
    sort_places(self);
    return result;
}

static int read_row(struct history_question *self, struct database *database,
                    sqlite3_stmt *select, const struct place_in_time *place)
{
    struct record *record = &self->records[self->count];

    (void)sqlite3_bind_int64(select, 1, place->id);
    int result = database_step(database, select);
    if (result <= 0)
        return result;
    const struct row_columns columns = record_columns(select);
    char *body = strdup(record_body(select));
    int error = body ? record_read(&columns, body, record) : -ENOMEM;
    (void)sqlite3_reset(select);
    if (error) {
        free(body);
        return error == -EINVAL ? 0 : error;
    }
    self->bodies[self->count++] = body;
    return 0;
}

static int read_rows(struct history_question *self, struct database *database)
{
    sqlite3_stmt *select[2] = {NULL, NULL};
    int error = 0;

    if (self->place_count == 0)
        return 0;
    self->records = calloc(self->place_count, sizeof(*self->records));
    self->bodies = calloc(self->place_count, sizeof(*self->bodies));
    if (!self->records || !self->bodies)
        return -ENOMEM;
    (void)sqlite3_prepare_v2(database->handle, READ_ROW("record"), -1, &select[0], NULL);
    (void)sqlite3_prepare_v2(database->handle, READ_ROW("archived"), -1, &select[1],
                             NULL);
    if (!select[0] || !select[1])
        error = database_error(database);
    for (size_t i = 0; i < self->place_count && !error; i++)
        error = read_row(self, database, select[self->places[i].is_archived],
                         &self->places[i]);
    (void)sqlite3_finalize(select[0]);
    (void)sqlite3_finalize(select[1]);
    return error;
}

/* One snapshot of the file for all of it. */
static int answer_history(struct question *question, struct database *database)
{
    struct history_question *self = (struct history_question *)question;
    int error = database_run(database, "BEGIN");

    if (error)
        return error;
    error = find_all(self, database);
    if (!error)
        error = read_rows(self, database);
    (void)database_run(database, "COMMIT");
    return error;
}

static void deliver(struct answer *answer)
{
    struct history_question *self = (struct history_question *)question_of(answer);

    self->on_answer(self->owner, self->question.error, self->records,
                    self->question.error ? 0 : self->count);
    for (size_t i = 0; i < self->count; i++)
        free(self->bodies[i]);
    free(self->bodies);
    free(self->records);
    free(self->places);
    free(self);
}

int history_ask(struct store *store, const struct history_query *query, void *owner,
                history_answer on_answer)
{
    struct history_question *self = calloc(1, sizeof(*self));

    if (!self)
        return -ENOMEM;
    *self = (struct history_question){
        .question = {.answer.deliver = deliver, .run = answer_history},
        .query = *query,
        .has_machine = query->machine != NULL,
        .owner = owner,
        .on_answer = on_answer,
    };
    if (query->machine)
        (void)text_copy(self->machine, sizeof(self->machine), query->machine);
    self->query.machine = NULL;
    if (self->query.limit == 0)
        self->query.limit = LIMIT_FALLBACK;
    if (self->query.kinds == 0)
        self->query.kinds = (1u << RECORD_ARCHIVE) - 1;
    int error = reader_ask(&store->people, &self->question);
    if (error)
        free(self);
    return error;
}
