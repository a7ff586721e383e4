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
    struct text printed;
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

/* How rows are looked for. ?1 says what, the rest is the same for all. */
enum finder {
    FIND_PLACED,  /* ?1 is a series */
    FIND_WAITING, /* ?1 is a set of kinds: what has no place yet, see placing.h */
    FIND_SIGNALS, /* ?1 is a kind; so below */
    FIND_ARCHIVED,
    FINDERS
};

static const char *const finder_sources[FINDERS] = {
    [FIND_PLACED] = "place WHERE series=?1 AND wall_ns>=?3 AND wall_ns<?4",
    [FIND_WAITING] = "record AS place WHERE raw=0 AND (?1>>kind)&1 AND"
                     " machine=coalesce(?2,machine) AND id>(SELECT up_to FROM placed) AND"
                     " wall_ns>=max(?3,(SELECT oldest_ns FROM placed)) AND wall_ns<?4",
    [FIND_SIGNALS] = "record AS place WHERE raw=1 AND kind=?1 AND machine=?2"
                     " AND wall_ns>=?3 AND wall_ns<?4",
    [FIND_ARCHIVED] = "archived AS place WHERE raw=1 AND kind=?1 AND machine=?2"
                      " AND wall_ns>=?3 AND wall_ns<?4",
};

#define RUN_OF(table) \
    "(SELECT json_extract(body,'$.run_seq') FROM " table " WHERE id=place.id)"

static sqlite3_stmt *prepare_find(const struct history_question *self,
                                  struct database *database, enum finder finder)
{
    bool of_run = self->query.run_seq != RECORD_UNKNOWN;
    const char *order = self->query.newest_first ? "DESC" : "ASC";
    sqlite3_stmt *find = NULL;
    char sql[448];
    struct text text;

    text_init_fixed(&text, sql, sizeof(sql));
    text_add_format(&text,
                    "SELECT place.wall_ns, place.id FROM %s AND place.id>?5 %s"
                    " ORDER BY place.wall_ns %s, place.id %s LIMIT ?6",
                    finder_sources[finder],
                    !of_run                   ? ""
                    : finder == FIND_ARCHIVED ? "AND " RUN_OF("archived") "=?7"
                                              : "AND " RUN_OF("record") "=?7",
                    order, order);
    if (!text.failed)
        (void)sqlite3_prepare_v2(database->handle, sql, -1, &find, NULL);
    return find;
}

/* `machine` 0 = all of them. */
static int find_places(struct history_question *self, struct database *database,
                       sqlite3_stmt *const find[FINDERS], enum finder finder,
                       int64_t what, int64_t machine)
{
    const struct history_query *query = &self->query;
    sqlite3_stmt *statement = find[finder];
    int result;

    (void)sqlite3_bind_int64(statement, 1, what);
    if (machine > 0)
        (void)sqlite3_bind_int64(statement, 2, machine);
    (void)sqlite3_bind_int64(statement, 3, query->from_wall_ns);
    (void)sqlite3_bind_int64(statement, 4, query->until_wall_ns);
    (void)sqlite3_bind_int64(statement, 5, query->after_id);
    (void)sqlite3_bind_int64(statement, 6, (int64_t)query->limit);
    if (query->run_seq != RECORD_UNKNOWN)
        (void)sqlite3_bind_int64(statement, 7, query->run_seq);
    while ((result = database_step(database, statement)) > 0) {
        const struct place_in_time place = {
            .wall_ns = sqlite3_column_int64(statement, 0),
            .id = sqlite3_column_int64(statement, 1),
            .is_archived = finder == FIND_ARCHIVED,
        };
        if (add_place(self, &place)) {
            (void)sqlite3_reset(statement);
            return -ENOMEM;
        }
    }
    if (self->place_count > 2 * self->query.limit)
        sort_places(self);
    return result;
}

static int find_of_machine(struct history_question *self, struct database *database,
                           sqlite3_stmt *const find[FINDERS], int64_t machine)
{
    for (int i = 0; i < RECORD_KIND_COUNT; i++) {
        enum record_kind kind = (enum record_kind)i;
        enum finder finder = kind == RECORD_ARCHIVE  ? FIND_ARCHIVED
                             : kind == RECORD_SIGNAL ? FIND_SIGNALS
                                                     : FIND_PLACED;
        if (!(self->query.kinds >> i & 1))
            continue;
        int error = find_places(
            self, database, find, finder,
            finder == FIND_PLACED ? schema_series(machine, kind) : kind, machine);
        if (error)
            return error;
    }
    return 0;
}

/* Those of all machines, or of the one that is asked about, when it is known. */
static int find_in_machines(struct history_question *self, struct database *database,
                            sqlite3_stmt *const find[FINDERS])
{
    sqlite3_stmt *machines = database_statement(database, QUERY_MACHINES);
    int64_t machine = 0;
    int result;

    if (!machines)
        return database_error(database);
    if (self->has_machine)
        (void)sqlite3_bind_text(machines, 1, self->machine, -1, SQLITE_STATIC);
    while ((result = database_step(database, machines)) > 0) {
        machine = sqlite3_column_int64(machines, 0);
        result = find_of_machine(self, database, find, machine);
        if (result)
            break;
    }
    (void)sqlite3_reset(machines);
    (void)sqlite3_clear_bindings(machines);
    if (result || machine == 0)
        return result;
    return find_places(self, database, find, FIND_WAITING, self->query.kinds,
                       self->has_machine ? machine : 0);
}

static int find_all(struct history_question *self, struct database *database)
{
    sqlite3_stmt *find[FINDERS] = {NULL};
    int error = 0;

    for (int i = 0; i < FINDERS && !error; i++) {
        find[i] = prepare_find(self, database, (enum finder)i);
        error = find[i] ? 0 : database_error(database);
    }
    if (!error)
        error = find_in_machines(self, database, find);
    for (int i = 0; i < FINDERS; i++)
        (void)sqlite3_finalize(find[i]);
    sort_places(self);
    return error;
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

static void free_rows(struct history_question *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->bodies[i]);
    free(self->bodies);
    free(self->records);
    free(self->places);
    self->count = 0;
    self->bodies = NULL;
    self->records = NULL;
    self->places = NULL;
}

/* One snapshot of the file for all of it. Ten thousand rows take the loop's time only
 * when they are wanted as they are. */
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
    if (!error && self->query.print)
        self->query.print(&self->query, self->records, self->count, &self->printed);
    if (error || self->query.print)
        free_rows(self);
    return error;
}

static void deliver(struct answer *answer)
{
    struct history_question *self = (struct history_question *)question_of(answer);
    struct history history = {
        .records = self->records, .count = self->count, .text = self->printed};

    self->on_answer(self->owner, self->question.error, &history);
    text_done(&history.text);
    free_rows(self);
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
    text_init_heap(&self->printed);
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
