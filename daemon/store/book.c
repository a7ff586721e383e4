/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/book.h"

#include "daemon/base/text.h"
#include "daemon/store/book_text.h"

#include <errno.h>
#include <string.h>

void book_done(struct book *book)
{
    for (size_t i = 0; i < STORE_SINKS_MAX; i++)
        ranges_done(&book->entries[i].acknowledged);
}

int book_copy(struct book *book, const struct book *from)
{
    for (size_t i = 0; i < STORE_SINKS_MAX; i++) {
        struct book_entry *entry = &book->entries[i];
        struct ranges acknowledged = entry->acknowledged;
        int error = ranges_copy(&acknowledged, &from->entries[i].acknowledged);
        *entry = from->entries[i];
        entry->acknowledged = acknowledged;
        if (error)
            return error;
    }
    book->count = from->count;
    book->others_away = from->others_away;
    return 0;
}

static bool is_owed(const struct book_entry *entry, const struct book_row *row)
{
    return (entry->kinds >> row->kind & 1) &&
           !ranges_contain(&entry->acknowledged, row->id);
}

void book_owe(struct book *book, const struct book_row *row)
{
    for (size_t i = 0; i < book->count; i++)
        if (is_owed(&book->entries[i], row)) {
            ledger_owe(&book->entries[i].ledger, &row->sum);
            book->entries[i].is_dirty = true;
        }
}

void book_drop(struct book *book, const struct book_row *row, enum ledger_account account)
{
    for (size_t i = 0; i < book->count; i++)
        if (is_owed(&book->entries[i], row)) {
            ledger_settle(&book->entries[i].ledger, account, &row->sum);
            book->entries[i].is_dirty = true;
        }
}

void book_replace(struct book *book, const struct book_row *row)
{
    for (size_t i = 0; i < book->count; i++)
        if (is_owed(&book->entries[i], row)) {
            ledger_replace(&book->entries[i].ledger, &row->sum);
            book->entries[i].is_dirty = true;
        }
}

void book_turn_away(struct book *book, enum record_kind kind, int64_t values,
                    enum ledger_account account)
{
    for (size_t i = 0; i < book->count; i++)
        if (book->entries[i].kinds >> kind & 1) {
            ledger_turn_away(&book->entries[i].ledger, account, values);
            book->entries[i].is_dirty = true;
        }
}

static int add_up(const struct book_entry *entry, struct database *database,
                  const struct range *ids, struct ledger_sum *sum)
{
    sqlite3_stmt *query = database_statement(database, QUERY_SUM);

    if (!query)
        return database_error(database);
    (void)sqlite3_bind_int64(query, 1, ids->first);
    (void)sqlite3_bind_int64(query, 2, ids->last);
    (void)sqlite3_bind_int64(query, 3, entry->kinds);
    int result = database_step(database, query);
    if (result < 0)
        return result;
    sum->rows += sqlite3_column_int64(query, 0);
    sum->values += sqlite3_column_int64(query, 1);
    sum->bytes += sqlite3_column_int64(query, 2);
    (void)sqlite3_reset(query);
    return 0;
}

int book_sum_entry(const struct book_entry *entry, struct database *database,
                   const struct range *ids, struct ledger_sum *ret_sum)
{
    struct range hole;
    int64_t first = ids->first;

    *ret_sum = (struct ledger_sum){0};
    while (first <= ids->last &&
           ranges_find_hole(&entry->acknowledged, first, ids->last, &hole)) {
        int error = add_up(entry, database, &hole, ret_sum);
        if (error)
            return error;
        first = hole.last + 1;
    }
    return 0;
}

int book_count_row(struct book *book, struct database *database, int sink, int64_t id,
                   struct ledger_sum *ret_sum)
{
    *ret_sum = (struct ledger_sum){0};
    return add_up(&book->entries[sink], database, &(struct range){id, id}, ret_sum);
}

int book_settle(struct book *book, struct database *database, int sink,
                const struct range *ids, enum ledger_account account)
{
    struct book_entry *entry = &book->entries[sink];
    struct ledger_sum sum;

    int error = book_sum_entry(entry, database, ids, &sum);
    if (error)
        return error;
    error = ranges_add(&entry->acknowledged, ids->first, ids->last);
    if (error)
        return error;
    ledger_settle(&entry->ledger, account, &sum);
    entry->is_dirty = true;
    return 0;
}

int book_owe_again(struct book *book, int sink, const struct book_row *row)
{
    struct book_entry *entry = &book->entries[sink];

    int error = ranges_remove(&entry->acknowledged, row->id, row->id);
    if (error || !(entry->kinds >> row->kind & 1))
        return error;
    ledger_owe(&entry->ledger, &row->sum);
    entry->is_dirty = true;
    return 0;
}

/* Other kinds than before are asked for: count anew what is pending. */
static int recount(struct book_entry *entry, struct database *database, int64_t last_id)
{
    struct ledger *ledger = &entry->ledger;
    struct ledger_sum sum;

    int error = book_sum_entry(entry, database, &(struct range){1, last_id}, &sum);
    if (error)
        return error;
    int64_t more = sum.values - ledger->pending;
    if (more > 0)
        ledger->values[LEDGER_SAMPLED] += more;
    else
        ledger->values[LEDGER_DROPPED_RECONFIGURED] -= more;
    ledger->pending = sum.values;
    ledger->pending_rows = sum.rows;
    ledger->pending_bytes = sum.bytes;
    return 0;
}

int book_load_entry(struct book_entry *entry, struct database *database,
                    uint32_t *ret_kinds, int64_t *ret_away_id)
{
    sqlite3_stmt *query = database_statement(database, QUERY_LOAD_SINK);

    if (!query)
        return database_error(database);
    (void)sqlite3_bind_text(query, 1, entry->name, -1, SQLITE_STATIC);
    int result = database_step(database, query);
    if (result <= 0)
        return result;
    *ret_kinds = (uint32_t)sqlite3_column_int64(query, 0);
    *ret_away_id = sqlite3_column_int64(query, 1);
    int error = ranges_read(database_text(query, 2), &entry->acknowledged);
    if (!error)
        error = ledger_read(database_text(query, 3), &entry->ledger);
    (void)sqlite3_reset(query);
    return error ? error : 1;
}

int book_enlist(struct book *book, struct database *database, int sink, const char *name,
                uint32_t kinds, int64_t last_id)
{
    struct book_entry *entry = &book->entries[sink];
    uint32_t kinds_before = kinds;
    int64_t away_id = 1;

    if (strcmp(entry->name, name) == 0 && entry->kinds == kinds)
        return 0; /* it only asks again what it has acknowledged */
    (void)text_copy(entry->name, sizeof(entry->name), name);
    entry->kinds = kinds;
    entry->is_dirty = true;
    if ((size_t)sink >= book->count)
        book->count = (size_t)sink + 1;

    int result = book_load_entry(entry, database, &kinds_before, &away_id);
    if (result < 0)
        return result;
    if (result == 0) {
        ranges_clear(&entry->acknowledged);
        entry->ledger = (struct ledger){0};
    }
    int error = away_id > 0 ? ranges_add(&entry->acknowledged, away_id, last_id) : 0;
    if (!error && kinds_before != kinds)
        error = recount(entry, database, last_id);
    return error;
}

int book_start_over(struct book *book, int64_t last_id)
{
    for (size_t i = 0; i < book->count; i++) {
        struct book_entry *entry = &book->entries[i];
        struct ledger *ledger = &entry->ledger;
        const struct ledger_sum sum = {ledger->pending_rows, ledger->pending,
                                       ledger->pending_bytes};

        if (!entry->name[0])
            continue;
        ledger_settle(ledger, LEDGER_LOST_DAMAGED, &sum);
        int error = ranges_add(&entry->acknowledged, 1, last_id);
        if (error)
            return error;
        entry->is_dirty = true;
    }
    return 0;
}

int book_save_entry(struct book_entry *entry, struct database *database)
{
    sqlite3_stmt *save = database_statement(database, QUERY_SAVE_SINK);
    struct text acknowledged, ledger;
    int error = -ENOMEM;

    if (!save)
        return database_error(database);
    text_init_heap(&acknowledged);
    text_init_heap(&ledger);
    ranges_print(&entry->acknowledged, &acknowledged);
    ledger_print(&entry->ledger, &ledger);
    if (!acknowledged.failed && !ledger.failed) {
        (void)sqlite3_bind_text(save, 1, entry->name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(save, 2, entry->kinds);
        (void)sqlite3_bind_text(save, 3, acknowledged.data, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(save, 4, ledger.data, -1, SQLITE_STATIC);
        error = database_finish(database, save);
    }
    text_done(&acknowledged);
    text_done(&ledger);
    if (!error)
        entry->is_dirty = false;
    return error;
}

/*
 * The first rows after a start: whoever has not enlisted by now is no longer configured,
 * and is not owed them should it come back.
 */
static int mark_others(struct book *book, struct database *database, int64_t first_new_id)
{
    sqlite3_stmt *away = database_statement(database, QUERY_SINKS_AWAY);

    if (!away)
        return database_error(database);
    (void)sqlite3_bind_int64(away, 1, first_new_id);
    int error = database_finish(database, away);
    if (error)
        return error;
    for (size_t i = 0; i < book->count; i++)
        book->entries[i].is_dirty = true;
    book->others_away = true;
    return 0;
}

int book_save(struct book *book, struct database *database, int64_t first_new_id)
{
    if (first_new_id > 0 && !book->others_away) {
        int error = mark_others(book, database, first_new_id);
        if (error)
            return error;
    }
    for (size_t i = 0; i < book->count; i++) {
        struct book_entry *entry = &book->entries[i];
        int error =
            entry->is_dirty && entry->name[0] ? book_save_entry(entry, database) : 0;
        if (error)
            return error;
    }
    return 0;
}

void book_touch(struct book *book)
{
    for (size_t i = 0; i < book->count; i++)
        book->entries[i].is_dirty = true;
}

int book_reload(struct book *book, struct database *database)
{
    for (size_t i = 0; i < book->count; i++) {
        struct book_entry *entry = &book->entries[i];
        int64_t away_id;
        uint32_t kinds;

        entry->is_dirty = false;
        int result =
            entry->name[0] ? book_load_entry(entry, database, &kinds, &away_id) : 1;
        if (result < 0)
            return result;
        if (result == 0)
            entry->name[0] = '\0';
    }
    book->others_away = false;
    return 0;
}

int64_t book_floor(const struct book *book)
{
    int64_t floor = INT64_MAX;

    for (size_t i = 0; i < book->count; i++) {
        int64_t own = ranges_floor(&book->entries[i].acknowledged);
        if (book->entries[i].name[0] && own < floor)
            floor = own;
    }
    return floor;
}
