/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/database.h"

#include "daemon/base/text.h"
#include "daemon/store/record_read.h"
#include "daemon/store/schema.h"

#include <errno.h>

// clang-format off
#define FIND_ROW(table) \
    "SELECT id, weight, size, body FROM " table \
    " WHERE raw=?1 AND wall_ns=?2 AND machine=?3 AND kind=?4 AND path=?5 AND key=?6"
#define ADD_ROW(table) \
    "INSERT INTO " table "(id,kind,machine,path,wall_ns,key,weight,size,body)" \
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"
#define OLD_ROWS(table) \
    "SELECT id,kind,weight,size FROM " table \
    " WHERE raw=?1 AND wall_ns<?2 ORDER BY wall_ns LIMIT ?3"

static const char *const queries[QUERY_COUNT] = {
    [QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [QUERY_COMMIT] = "COMMIT",
    [QUERY_ROLLBACK] = "ROLLBACK",
    [QUERY_FIND_MACHINE] = "SELECT machine FROM machine WHERE name=?1",
    [QUERY_ADD_MACHINE] = "INSERT INTO machine(name) VALUES(?1)",
    [QUERY_FIND_RECORD] = FIND_ROW("record"),
    [QUERY_FIND_ARCHIVED] = FIND_ROW("archived"),
    [QUERY_ADD_RECORD] = ADD_ROW("record"),
    [QUERY_ADD_ARCHIVED] = ADD_ROW("archived"),
    [QUERY_DELETE_RECORD] = "DELETE FROM record WHERE id=?1",
    [QUERY_DELETE_ARCHIVED] = "DELETE FROM archived WHERE id=?1",
    [QUERY_SUM] =
        "SELECT count(*), coalesce(sum(weight),0), coalesce(sum(size),0) FROM record"
        " WHERE id BETWEEN ?1 AND ?2 AND (?3 >> kind) & 1",
    [QUERY_FIRST_OWED] =
        "SELECT wall_ns FROM record WHERE id BETWEEN ?1 AND ?2 AND (?3 >> kind) & 1"
        " ORDER BY id LIMIT 1",
    [QUERY_SAVE_SNAPSHOT] =
        "INSERT INTO snapshot(machine,body,positions) VALUES(?1,?2,?3)"
        " ON CONFLICT(machine) DO UPDATE SET body=excluded.body,"
        " positions=excluded.positions",
    [QUERY_LOAD_SNAPSHOT] = "SELECT body, positions FROM snapshot WHERE machine=?1",
    [QUERY_SINKS_AWAY] = "UPDATE sink SET away_id=?1 WHERE away_id IS NULL",
    [QUERY_SAVE_SINK] =
        "INSERT INTO sink(name,kinds,acknowledged,ledger) VALUES(?1,?2,?3,?4)"
        " ON CONFLICT(name) DO UPDATE SET kinds=excluded.kinds, away_id=NULL,"
        " acknowledged=excluded.acknowledged, ledger=excluded.ledger",
    [QUERY_LOAD_SINK] = "SELECT kinds, coalesce(away_id,0), acknowledged, ledger"
                        " FROM sink WHERE name=?1",
    [QUERY_ADD_LETTER] =
        "INSERT OR REPLACE INTO refused(sink,id,at_ns,kind,machine,path,wall_ns,key,"
        "weight,size,reason,body) SELECT ?1,id,?3,kind,machine,path,wall_ns,key,weight,"
        "size,?4,body FROM record WHERE id=?2",
    [QUERY_TRIM_LETTERS] =
        "DELETE FROM refused WHERE sink=?1 AND id <= (SELECT id FROM refused"
        " WHERE sink=?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [QUERY_COUNT_LETTERS] = "SELECT count(*) FROM refused WHERE sink=?1",
    [QUERY_SELECT_LETTERS] =
        "SELECT id,kind,weight,size FROM refused"
        " WHERE sink=?1 AND (?2=0 OR id=?2) ORDER BY id",
    [QUERY_RESTORE_LETTER] =
        "INSERT INTO record(id,kind,machine,path,wall_ns,key,weight,size,body)"
        " SELECT id,kind,machine,path,wall_ns,key,weight,size,body FROM refused AS old"
        " WHERE sink=?1 AND id=?2 AND NOT EXISTS (SELECT 1 FROM record AS new"
        " WHERE new.raw=" SCHEMA_RAW("old.kind") " AND new.wall_ns=old.wall_ns AND new.machine=old.machine"
        " AND new.kind=old.kind AND new.path=old.path AND new.key=old.key)",
    [QUERY_DELETE_LETTER] = "DELETE FROM refused WHERE sink=?1 AND id=?2",
    [QUERY_SUPERSEDE_LETTERS] =
        "DELETE FROM refused WHERE id=?1 AND sink IN (SELECT name FROM sink)",
    [QUERY_LIST_LETTERS] =
        "SELECT " READ_COLUMNS ", at_ns, sink, reason"
        " FROM refused JOIN machine USING(machine) WHERE ?1 IS NULL OR sink=?1 ORDER BY at_ns DESC, id DESC LIMIT ?2",
    [QUERY_FETCH] = "SELECT " READ_COLUMNS " FROM record JOIN machine"
                    " USING(machine) WHERE id BETWEEN ?1 AND ?2 AND (?3 >> kind) & 1 ORDER BY id",
    [QUERY_MACHINES] = "SELECT machine, name FROM machine WHERE ?1 IS NULL OR name=?1",
    [QUERY_OLD_RECORDS] = OLD_ROWS("record"),
    [QUERY_OLD_ARCHIVED] = OLD_ROWS("archived"),
    [QUERY_OLDEST_SIGNALS] =
        "SELECT id,kind,weight,size FROM record WHERE id<=?1 AND raw=1"
        " ORDER BY wall_ns LIMIT ?2",
    [QUERY_OLDEST_RECORDS] =
        "SELECT id,kind,weight,size FROM record WHERE id<=?1 ORDER BY id LIMIT ?2",
    [QUERY_OLDEST_ARCHIVED] =
        "SELECT id,kind,weight,size FROM archived WHERE id<=?1 ORDER BY id LIMIT ?2",
};
// clang-format on

int database_open(struct database *database, const char *path, bool read_only)
{
    int flags =
        SQLITE_OPEN_NOMUTEX |
        (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

    *database = (struct database){0};
    if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK)
        return database_error(database);
    (void)sqlite3_extended_result_codes(database->handle, 1);
    (void)sqlite3_busy_timeout(database->handle, 2000);
    return 0;
}

void database_close(struct database *database)
{
    for (int i = 0; i < QUERY_COUNT; i++)
        (void)sqlite3_finalize(database->statements[i]);
    (void)sqlite3_close(database->handle);
    *database = (struct database){0};
}

int database_error(struct database *database)
{
    if (!database->handle)
        return -ENOMEM;
    if (sqlite3_errcode(database->handle) != SQLITE_OK)
        (void)text_copy(database->words, sizeof(database->words),
                        sqlite3_errmsg(database->handle));
    switch (sqlite3_errcode(database->handle) & 0xff) {
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return -EUCLEAN;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return -EROFS;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return -EINVAL;
    default:
        return -EIO;
    }
}

const char *database_words(const struct database *database)
{
    return database->words;
}

int database_run(struct database *database, const char *sql)
{
    return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : database_error(database);
}

int64_t database_ask(struct database *database, const char *sql, int64_t fallback)
{
    sqlite3_stmt *statement;
    int64_t answer = fallback;

    if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return fallback;
    if (sqlite3_step(statement) == SQLITE_ROW &&
        sqlite3_column_type(statement, 0) != SQLITE_NULL)
        answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return answer;
}

sqlite3_stmt *database_statement(struct database *database, enum query query)
{
    sqlite3_stmt **statement = &database->statements[query];

    if (!*statement)
        (void)sqlite3_prepare_v3(database->handle, queries[query], -1,
                                 SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return *statement;
}

int database_step(struct database *database, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);

    if (code == SQLITE_ROW)
        return 1;
    int error = code == SQLITE_DONE ? 0 : database_error(database);
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return error;
}

int database_finish(struct database *database, sqlite3_stmt *statement)
{
    if (!statement)
        return database_error(database);
    int result = database_step(database, statement);
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return result < 0 ? result : 0;
}

const char *database_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text ? (const char *)text : "";
}
