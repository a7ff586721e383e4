/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/retention.h"

#define LEAP_NS NS_PER_HOUR

enum {
    STEP_ROWS = 500
};

void age_clock_init(struct age_clock *clock, struct moment now, int64_t newest_wall_ns)
{
    *clock = (struct age_clock){.last = now};
    if (newest_wall_ns > 0 && now.wall_ns - newest_wall_ns > NS_PER_DAY)
        clock->last.wall_ns = newest_wall_ns;
}

int64_t age_clock_read(struct age_clock *clock, struct moment now)
{
    int64_t expected_ns = clock->last.wall_ns + (now.mono_ns - clock->last.mono_ns);

    if (now.wall_ns - expected_ns > LEAP_NS) {
        if (clock->doubted_ns == 0)
            clock->doubted_ns = now.mono_ns;
        if (now.mono_ns - clock->doubted_ns < NS_PER_DAY)
            return expected_ns;
    }
    *clock = (struct age_clock){.last = now};
    return now.wall_ns;
}

/* The rows a query found, before any of them goes. */
struct found {
    struct book_row rows[STEP_ROWS];
    int count;
};

/* Adds to `found`; the query's columns are id, kind, weight, size. */
static int collect(struct database *database, sqlite3_stmt *query, struct found *found)
{
    int result = database_step(database, query);

    while (result > 0 && found->count < STEP_ROWS) {
        found->rows[found->count++] = (struct book_row){
            .id = sqlite3_column_int64(query, 0),
            .kind = (enum record_kind)sqlite3_column_int64(query, 1),
            .sum = {1, sqlite3_column_int64(query, 2), sqlite3_column_int64(query, 3)},
        };
        result = database_step(database, query);
    }
    (void)sqlite3_reset(query);
    return result < 0 ? result : 0;
}

static int delete_found(struct database *database, struct book *book,
                        const struct found *found, enum ledger_account account)
{
    for (int i = 0; i < found->count; i++) {
        const struct book_row *row = &found->rows[i];
        bool is_archive = row->kind == RECORD_ARCHIVE;
        sqlite3_stmt *delete = database_statement(
            database, is_archive ? QUERY_DELETE_ARCHIVED : QUERY_DELETE_RECORD);
        if (!delete)
            return database_error(database);
        (void)sqlite3_bind_int64(delete, 1, row->id);
        int error = database_finish(database, delete);
        if (error)
            return error;
        if (!is_archive)
            book_drop(book, row, account);
    }
    return book_save(book, database, 0);
}

/* Deletes them in one transaction; returns how many. */
static int delete_step(struct database *database, struct book *book,
                       const struct found *found, enum ledger_account account)
{
    if (found->count == 0)
        return 0;
    int error = database_run(database, "BEGIN IMMEDIATE");
    if (error)
        return error;
    error = delete_found(database, book, found, account);
    if (!error)
        error = database_run(database, "COMMIT");
    if (!error)
        return found->count;

    (void)database_run(database, "ROLLBACK");
    (void)book_reload(book, database);
    return error;
}

int retention_age(struct database *database, struct book *book,
                  const struct store_options *options, int64_t wall_ns)
{
    const struct {
        enum query query;
        bool is_raw;
        int64_t keep;
    } rows[] = {
        {QUERY_OLD_RECORDS,  false, options->keep        },
        {QUERY_OLD_RECORDS,  true,  options->keep_signals},
        {QUERY_OLD_ARCHIVED, true,  options->keep_signals},
    };
    struct found found = {.count = 0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sqlite3_stmt *old = database_statement(database, rows[i].query);
        if (!old)
            return database_error(database);
        if (rows[i].keep <= 0 || found.count == STEP_ROWS)
            continue;
        (void)sqlite3_bind_int64(old, 1, rows[i].is_raw);
        (void)sqlite3_bind_int64(old, 2, wall_ns - rows[i].keep);
        (void)sqlite3_bind_int64(old, 3, STEP_ROWS - found.count);
        int error = collect(database, old, &found);
        if (error)
            return error;
    }
    return delete_step(database, book, &found, LEDGER_DROPPED_AGE);
}

int64_t retention_size(struct database *database)
{
    return database_ask(database, "PRAGMA page_count", 0) *
           database_ask(database, "PRAGMA page_size", 4096);
}

int64_t retention_used(struct database *database)
{
    int64_t pages = database_ask(database, "PRAGMA page_count", 0) -
                    database_ask(database, "PRAGMA freelist_count", 0);

    return pages * database_ask(database, "PRAGMA page_size", 4096);
}

struct shrink_step {
    enum query query;
    int64_t last_id;
};

/* The first of the steps that finds something; `count` is of steps. */
static int shrink(struct database *database, struct book *book,
                  const struct shrink_step *steps, size_t count,
                  enum ledger_account account)
{
    struct found found = {.count = 0};

    for (size_t i = 0; i < count && found.count == 0; i++) {
        sqlite3_stmt *oldest = database_statement(database, steps[i].query);
        if (!oldest)
            return database_error(database);
        (void)sqlite3_bind_int64(oldest, 1, steps[i].last_id);
        (void)sqlite3_bind_int64(oldest, 2, STEP_ROWS);
        int error = collect(database, oldest, &found);
        if (error)
            return error;
    }
    return delete_step(database, book, &found, account);
}

/* Every sink has what is up to there. */
static int64_t settled_id(const struct book *book, int64_t newest_id)
{
    int64_t floor = book_floor(book);

    return floor < newest_id ? floor : newest_id - 1;
}

int retention_shrink_raw(struct database *database, struct book *book, int64_t newest_id)
{
    const struct shrink_step steps[] = {
        {QUERY_OLDEST_ARCHIVED, newest_id - 1},
        { QUERY_OLDEST_SIGNALS,      settled_id(book,    newest_id)},
    };

    return shrink(database, book, steps, sizeof(steps) / sizeof(*steps),
                  LEDGER_DROPPED_DISK);
}

int retention_shrink(struct database *database, struct book *book, int64_t newest_id,
                     enum ledger_account account)
{
    const struct shrink_step steps[] = {
        {QUERY_OLDEST_ARCHIVED, newest_id - 1  },
        {QUERY_OLDEST_SIGNALS,  newest_id - 1  },
        {QUERY_OLDEST_RECORDS,  settled_id(book, newest_id)},
        {QUERY_OLDEST_RECORDS,                     newest_id - 1                },
    };

    return shrink(database, book, steps, sizeof(steps) / sizeof(*steps), account);
}
