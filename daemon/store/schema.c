/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/schema.h"

#include "daemon/base/text.h"
#include "daemon/model/record.h"

#include <errno.h>
#include <string.h>

#define ROW_COLUMNS                                                             \
    "id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, machine INTEGER NOT NULL, " \
    "path INTEGER NOT NULL, wall_ns INTEGER NOT NULL, key TEXT NOT NULL, "      \
    "weight INTEGER NOT NULL, size INTEGER NOT NULL, body TEXT NOT NULL"

#define SERIES_COLUMN                                                                   \
    "series INTEGER NOT NULL AS (CASE WHEN kind IN (13, 16) THEN -kind ELSE machine * " \
    "64 + kind END) VIRTUAL"
#define RAW_COLUMN "raw INTEGER NOT NULL AS " SCHEMA_RAW("kind") " VIRTUAL"

_Static_assert(RECORD_SIGNAL == 13 && RECORD_ARCHIVE == 16 && RECORD_KIND_COUNT <= 64,
               "SCHEMA_SERIES and SCHEMA_RAW say so");

/* Never change one that has been released; append the next. */
static const char *const migrations[] = {
    "CREATE TABLE machine(machine INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE record(" ROW_COLUMNS ") STRICT;"
    "CREATE INDEX record_by_time ON record(machine, kind, wall_ns);"
    "CREATE TABLE archived(" ROW_COLUMNS ") STRICT;"
    "CREATE INDEX archived_by_time ON archived(machine, kind, wall_ns);"
    "CREATE TABLE sink(name TEXT PRIMARY KEY, kinds INTEGER NOT NULL, away_id INTEGER, "
    "acknowledged TEXT NOT NULL, ledger TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE refused(sink TEXT NOT NULL, id INTEGER NOT NULL, at_ns INTEGER NOT "
    "NULL, kind INTEGER NOT NULL, machine INTEGER NOT NULL, path INTEGER NOT NULL, "
    "wall_ns INTEGER NOT NULL, key TEXT NOT NULL, weight INTEGER NOT NULL, "
    "size INTEGER NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL, "
    "PRIMARY KEY(sink, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE snapshot(machine TEXT PRIMARY KEY, body BLOB, positions TEXT NOT NULL) "
    "STRICT;"
    "CREATE VIEW ledger AS SELECT sink.name AS sink, account.key AS account, "
    "account.value AS amount FROM sink, json_each(sink.ledger) AS account;",

    "ALTER TABLE record ADD COLUMN " SERIES_COLUMN ";"
    "ALTER TABLE archived ADD COLUMN " SERIES_COLUMN ";"
    "DROP INDEX record_by_time; DROP INDEX archived_by_time;"
    "CREATE INDEX record_by_series ON record(series, wall_ns, machine);"
    "CREATE INDEX archived_by_series ON archived(series, wall_ns, machine);",

    "CREATE TABLE place(series INTEGER NOT NULL, wall_ns INTEGER NOT NULL, id INTEGER NOT"
    " NULL, PRIMARY KEY(series, wall_ns, id)) STRICT, WITHOUT ROWID;"
    "INSERT INTO place SELECT series, wall_ns, id FROM record WHERE series>=0"
    " ORDER BY series, wall_ns, id;"
    "CREATE TABLE placed(up_to INTEGER NOT NULL, oldest_ns INTEGER NOT NULL) STRICT;"
    "INSERT INTO placed SELECT coalesce(max(id),0), " SCHEMA_NONE " FROM record;"
    "DROP INDEX record_by_series; DROP INDEX archived_by_series;"
    "ALTER TABLE record DROP COLUMN series; ALTER TABLE archived DROP COLUMN series;"
    "ALTER TABLE record ADD COLUMN " RAW_COLUMN ";"
    "ALTER TABLE archived ADD COLUMN " RAW_COLUMN ";"
    "CREATE INDEX record_by_time ON record(raw, wall_ns, machine, kind);"
    "CREATE INDEX archived_by_time ON archived(raw, wall_ns, machine, kind);"
    "CREATE TRIGGER record_waits AFTER INSERT ON record WHEN new.kind<>13 AND"
    " new.id>(SELECT up_to FROM placed) AND new.wall_ns<(SELECT oldest_ns FROM placed)"
    " BEGIN UPDATE placed SET oldest_ns=new.wall_ns; END;"
    "CREATE TRIGGER record_comes_back AFTER INSERT ON record WHEN new.kind<>13 AND"
    " new.id<=(SELECT up_to FROM placed)"
    " BEGIN INSERT OR IGNORE INTO place VALUES(" SCHEMA_SERIES(
        "new.machine",
        "new.kind") ", new.wall_ns, new.id); END;"
                    "CREATE TRIGGER record_goes AFTER DELETE ON record WHEN old.kind<>13"
                    " BEGIN DELETE FROM place WHERE series=" SCHEMA_SERIES(
                        "old.machine",
                        "old.kind") " AND wall_ns=old.wall_ns AND id=old.id; END;",
};

enum {
    VERSION = sizeof(migrations) / sizeof(*migrations)
};

int schema_version(void)
{
    return VERSION;
}

int64_t schema_series(int64_t machine, enum record_kind kind)
{
    return machine * 64 + (int64_t)kind;
}

bool schema_is_raw(enum record_kind kind)
{
    return kind == RECORD_SIGNAL || kind == RECORD_ARCHIVE;
}

static void add_column(struct text *sql, const char *table, const char *name)
{
    if (strcmp(name, "machine") == 0)
        text_add_format(sql,
                        ", (SELECT name FROM machine WHERE machine=%s.machine) AS"
                        " machine",
                        table);
    else if (strcmp(name, "path") == 0)
        text_add(sql, ", path");
    else
        text_add_format(sql, ", json_extract(body,'$.\"%s\"') AS \"%s\"", name, name);
}

static void add_view(struct text *sql, enum record_kind kind)
{
    const struct record_layout *layout = &record_layouts[kind];
    const char *table = kind == RECORD_ARCHIVE ? "archived" : "record";

    text_add_format(sql, "DROP VIEW IF EXISTS \"%s\"; CREATE VIEW \"%s\" AS SELECT id, ",
                    layout->measurement, layout->measurement);
    text_add(sql, "strftime('%Y-%m-%dT%H:%M:%fZ', wall_ns / 1e9, 'unixepoch') AS time, "
                  "wall_ns");
    for (const struct record_field *field = layout->fields; field->name; field++)
        add_column(sql, table, field->name);
    if (kind == RECORD_SIGNAL || kind == RECORD_ARCHIVE)
        add_column(sql, table, "signals");
    text_add_format(sql, " FROM %s WHERE kind = %d;", table, (int)kind);
}

/* Views follow the layouts, which grow without a migration. */
static int make_views(struct database *database)
{
    struct text sql;

    text_init_heap(&sql);
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        add_view(&sql, (enum record_kind)kind);
    int error = sql.failed ? -ENOMEM : database_run(database, sql.data);
    text_done(&sql);
    return error;
}

static int migrate(struct database *database)
{
    char sql[96];
    struct text text;
    int64_t version = database_ask(database, "PRAGMA user_version", 0);

    for (int64_t i = version; i < VERSION; i++) {
        int error = database_run(database, migrations[i]);
        if (error)
            return error;
    }
    text_init_fixed(&text, sql, sizeof(sql));
    text_add_format(&text, "PRAGMA user_version=%d; PRAGMA application_id=%d", VERSION,
                    SCHEMA_APPLICATION_ID);
    int error = version < VERSION ? database_run(database, sql) : 0;
    return error ? error : make_views(database);
}

int schema_apply(struct database *database)
{
    int error =
        database_run(database, "PRAGMA page_size=1024; PRAGMA journal_mode=WAL; PRAGMA "
                               "wal_autocheckpoint=4000; PRAGMA synchronous=FULL;"
                               "PRAGMA journal_size_limit=4194304;"
                               "PRAGMA cache_size=-4000");
    if (!error)
        error = database_run(database, "BEGIN IMMEDIATE");
    if (error)
        return error;

    error = migrate(database);
    if (!error)
        error = database_run(database, "COMMIT");
    if (error)
        (void)database_run(database, "ROLLBACK");
    return error;
}
