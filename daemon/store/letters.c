/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/letters.h"

enum {
    LETTERS_MAX = 10000 /* a sink; beyond, the oldest go */
};

int letters_refuse(struct writing *writing, const struct job *job)
{
    const struct acknowledge_job *refusal = &job->acknowledge;
    const char *name = writing->book->entries[refusal->sink].name;
    sqlite3_stmt *add = database_statement(writing->database, QUERY_ADD_LETTER);

    if (!add)
        return database_error(writing->database);
    (void)sqlite3_bind_text(add, 1, name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(add, 2, refusal->ids.first);
    (void)sqlite3_bind_int64(add, 3, writing->wall_ns);
    (void)sqlite3_bind_text(add, 4, job->text, -1, SQLITE_STATIC);
    int error = database_finish(writing->database, add);
    return error ? error
                 : book_settle(writing->book, writing->database, refusal->sink,
                               &refusal->ids, LEDGER_LOST_REFUSED);
}

int letters_trim(struct database *database, const struct book *book)
{
    for (size_t i = 0; i < book->count; i++) {
        sqlite3_stmt *trim = database_statement(database, QUERY_TRIM_LETTERS);
        if (!trim)
            return database_error(database);
        (void)sqlite3_bind_text(trim, 1, book->entries[i].name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(trim, 2, LETTERS_MAX);
        int error = database_finish(database, trim);
        if (error)
            return error;
    }
    return 0;
}

int letters_supersede(struct writing *writing, int64_t id)
{
    sqlite3_stmt *delete = database_statement(writing->database, QUERY_SUPERSEDE_LETTERS);

    if (!delete)
        return database_error(writing->database);
    (void)sqlite3_bind_int64(delete, 1, id);
    return database_finish(writing->database, delete);
}

/*
 * Sends one dead letter again: its row comes back when it has gone from the history, and
 * stays away when a correction has taken its place.
 */
static int restore_letter(struct writing *writing, int sink, const struct book_row *row,
                          struct ranges *ids)
{
    struct database *database = writing->database;
    sqlite3_stmt *restore = database_statement(database, QUERY_RESTORE_LETTER);
    struct ledger_sum there;

    if (!restore)
        return database_error(database);
    (void)sqlite3_bind_text(restore, 1, writing->book->entries[sink].name, -1,
                            SQLITE_STATIC);
    (void)sqlite3_bind_int64(restore, 2, row->id);
    int error = database_finish(database, restore);
    if (!error)
        error = book_count_row(writing->book, database, sink, row->id, &there);
    if (error || there.rows == 0)
        return error;
    error = book_owe_again(writing->book, sink, row);
    return error ? error : ranges_add(ids, row->id, row->id);
}

static int settle_letter(struct writing *writing, const struct letters_job *letters,
                         const struct book_row *row, struct ranges *ids, int64_t *count)
{
    struct database *database = writing->database;
    sqlite3_stmt *delete = database_statement(database, QUERY_DELETE_LETTER);
    int error = 0;

    if (!delete)
        return database_error(database);
    if (letters->fate == LETTER_RETRY)
        error = restore_letter(writing, letters->sink, row, ids);
    if (error)
        return error;
    (void)sqlite3_bind_text(delete, 1, writing->book->entries[letters->sink].name, -1,
                            SQLITE_STATIC);
    (void)sqlite3_bind_int64(delete, 2, row->id);
    (*count)++;
    return database_finish(database, delete);
}

int letters_settle(struct writing *writing, const struct letters_job *letters,
                   struct ranges *ids, int64_t *count)
{
    struct database *database = writing->database;
    sqlite3_stmt *select = database_statement(database, QUERY_SELECT_LETTERS);
    int result;

    if (!select)
        return database_error(database);
    do {
        (void)sqlite3_bind_text(select, 1, writing->book->entries[letters->sink].name, -1,
                                SQLITE_STATIC);
        (void)sqlite3_bind_int64(select, 2, letters->id);
        result = database_step(database, select);
        if (result <= 0)
            break;
        const struct book_row row = {
            .id = sqlite3_column_int64(select, 0),
            .kind = (enum record_kind)sqlite3_column_int64(select, 1),
            .sum = {1, sqlite3_column_int64(select, 2), sqlite3_column_int64(select, 3)},
        };
        (void)sqlite3_reset(select);
        result = settle_letter(writing, letters, &row, ids, count);
    } while (result == 0);
    return result;
}
