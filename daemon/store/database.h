/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to the file and its prepared statements. Belongs to the one thread that
 * uses it. SQLite's codes end here: everything above sees negative errno.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The statements of the store, by what they do. Those with _ARCHIVED follow theirs. */
enum query {
    QUERY_BEGIN,
    QUERY_COMMIT,
    QUERY_ROLLBACK,
    QUERY_FIND_MACHINE,
    QUERY_ADD_MACHINE,
    QUERY_FIND_RECORD,
    QUERY_FIND_ARCHIVED,
    QUERY_ADD_RECORD,
    QUERY_ADD_ARCHIVED,
    QUERY_DELETE_RECORD,
    QUERY_DELETE_ARCHIVED,
    QUERY_SUM,
    QUERY_FIRST_OWED,
    QUERY_SAVE_SNAPSHOT,
    QUERY_LOAD_SNAPSHOT,
    QUERY_SINKS_AWAY,
    QUERY_SAVE_SINK,
    QUERY_LOAD_SINK,
    QUERY_ADD_LETTER,
    QUERY_TRIM_LETTERS,
    QUERY_COUNT_LETTERS,
    QUERY_SELECT_LETTERS,
    QUERY_RESTORE_LETTER,
    QUERY_DELETE_LETTER,
    QUERY_SUPERSEDE_LETTERS,
    QUERY_LIST_LETTERS,
    QUERY_FETCH,
    QUERY_MACHINES,
    QUERY_OLD_RECORDS,
    QUERY_OLD_ARCHIVED,
    QUERY_OLDEST_SIGNALS,
    QUERY_OLDEST_RECORDS,
    QUERY_OLDEST_ARCHIVED,
    QUERY_COUNT,
};

struct database {
    sqlite3 *handle;
    sqlite3_stmt *statements[QUERY_COUNT];
    char words[128];
    int64_t first_id; /* older rows are elsewhere; 0 = none is */
};

/* Returns 0 or what database_error() says. */
int database_open(struct database *database, const char *path, bool read_only);
void database_close(struct database *database);

/*
 * The newest failure: -ENOSPC disk full, -EUCLEAN damaged or not a database, -EROFS,
 * -EIO, -ENOMEM, -EBUSY, -EINVAL what SQLite will never take.
 */
int database_error(struct database *database);
/* SQLite's words for the newest failure that database_error() was asked about. */
const char *database_words(const struct database *database);

/* Runs statements that give no rows. */
int database_run(struct database *database, const char *sql);

/* One integer, or `fallback` when there is no row or no answer. */
int64_t database_ask(struct database *database, const char *sql, int64_t fallback);

/* Ready to be bound and stepped; NULL when it cannot be prepared. */
sqlite3_stmt *database_statement(struct database *database, enum query query);

/* Returns 1 for a row, 0 at the end (and resets), negative errno (and resets). */
int database_step(struct database *database, sqlite3_stmt *statement);

/* For a statement that gives no rows: steps and resets. */
int database_finish(struct database *database, sqlite3_stmt *statement);

/* "" for NULL. Lives until the statement is stepped again. */
const char *database_text(sqlite3_stmt *statement, int column);
