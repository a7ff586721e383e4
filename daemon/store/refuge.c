/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/refuge.h"

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/store/book.h"
#include "daemon/store/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_BYTES = 512,
    TAIL_BYTES = 180 /* of the store's path; a file name has 255 at most */
};

/* Nobody else may have made the folder, or could put a link where the file goes. */
static int make_own_folder(char folder[NAME_BYTES])
{
    struct stat status;

    (void)snprintf(folder, NAME_BYTES, "/dev/shm/spindled-%u", (unsigned)geteuid());
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return -errno;
    if (lstat(folder, &status) != 0)
        return -errno;
    bool is_ours = S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
                   (status.st_mode & 077) == 0;
    return is_ours ? 0 : -EPERM;
}

int refuge_name(const char *path, char ret_name[512])
{
    const char *given = getenv("RUNTIME_DIRECTORY");
    char folder[NAME_BYTES], tail[TAIL_BYTES + 1];
    size_t length = strlen(path);

    if (given && given[0] == '/') {
        if (!text_copy(folder, sizeof(folder), given))
            return -ENAMETOOLONG;
        folder[strcspn(folder, ":")] = '\0';
    } else {
        int error = make_own_folder(folder);
        if (error)
            return error;
    }
    (void)text_copy(tail, sizeof(tail),
                    path + (length > TAIL_BYTES ? length - TAIL_BYTES : 0));
    for (char *c = tail; *c; c++)
        if (*c == '/')
            *c = '_';
    return snprintf(ret_name, NAME_BYTES, "%s/refuge%s", folder, tail) < NAME_BYTES
               ? 0
               : -ENAMETOOLONG;
}

bool refuge_exists(const char *name)
{
    return access(name, F_OK) == 0;
}

void refuge_remove(const char *name)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char part[NAME_BYTES + 8];

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        (void)snprintf(part, sizeof(part), "%s%s", name, parts[i]);
        (void)unlink(part);
    }
}

static int prepare(struct database *database, bool continues, int64_t first_id)
{
    char sql[320];
    struct text text;

    text_init_fixed(&text, sql, sizeof(sql));
    text_add_format(&text,
                    "PRAGMA synchronous=OFF;"
                    "CREATE TABLE IF NOT EXISTS refuge(token INTEGER, continues INTEGER,"
                    " first_id INTEGER) STRICT;"
                    "INSERT INTO refuge SELECT %" PRId64 ",%d,%" PRId64
                    " WHERE NOT EXISTS (SELECT 1 FROM refuge)",
                    clock_now().wall_ns ^ ((int64_t)getpid() << 40), continues, first_id);
    int error = schema_apply(database);
    return error ? error : database_run(database, sql);
}

int refuge_open(const char *name, bool continues, int64_t first_id,
                struct database *ret_database)
{
    if (continues)
        refuge_remove(name);
    int error = database_open(ret_database, name, false);
    if (!error)
        error = prepare(ret_database, continues, first_id);
    if (error)
        database_close(ret_database);
    return error;
}

// clang-format off
#define THEIRS_AND_OURS \
    " JOIN away.machine AS theirs ON theirs.machine=new.machine" \
    " JOIN main.machine AS ours ON ours.name=theirs.name"
#define COPY_ROWS(table) \
    "DELETE FROM main." table " WHERE id IN (SELECT old.id FROM away." table " AS new" \
    THEIRS_AND_OURS " JOIN main." table " AS old ON old.raw=new.raw" \
    " AND old.wall_ns=new.wall_ns AND old.machine=ours.machine AND old.kind=new.kind" \
    " WHERE old.path=new.path" \
    " AND old.key=new.key AND old.id<>new.id);" \
    "INSERT OR IGNORE INTO main." table \
    " SELECT new.id,new.kind,ours.machine,new.path,new.wall_ns,new.key,new.weight," \
    " new.size,new.body FROM away." table " AS new" THEIRS_AND_OURS ";"

static const char copy_all[] =
    "INSERT OR IGNORE INTO main.machine(name) SELECT name FROM away.machine;"
    COPY_ROWS("record")
    COPY_ROWS("archived")
    "INSERT OR IGNORE INTO main.refused(sink,id,at_ns,kind,machine,path,wall_ns,key,"
    " weight,size,reason,body) SELECT new.sink,new.id,new.at_ns,new.kind,ours.machine,"
    " new.path,new.wall_ns,new.key,new.weight,new.size,new.reason,new.body"
    " FROM away.refused AS new" THEIRS_AND_OURS ";"
    "INSERT OR REPLACE INTO main.snapshot SELECT * FROM away.snapshot;"
    "INSERT OR REPLACE INTO main.snapshot(machine,positions)"
    " SELECT '/refuge', token FROM away.refuge;";

static const char is_home_already[] =
    "SELECT EXISTS (SELECT 1 FROM main.snapshot JOIN away.refuge"
    " ON main.snapshot.positions=CAST(token AS TEXT)"
    " WHERE main.snapshot.machine='/refuge')";
// clang-format on

static int copy(struct database *home, struct database *away, bool was_damaged)
{
    int error = database_run(home, "BEGIN IMMEDIATE");

    if (error)
        return error;
    if (database_ask(home, is_home_already, 0) == 0) {
        error = database_run(home, copy_all);
        if (!error)
            error = book_merge(home, away, was_damaged);
    }
    if (!error)
        error = database_run(home, "COMMIT");
    if (error)
        (void)database_run(home, "ROLLBACK");
    return error;
}

int refuge_bring_home(struct database *home, const char *name, bool was_damaged)
{
    sqlite3_stmt *attach;
    struct database away;

    if (sqlite3_prepare_v2(home->handle, "ATTACH ?1 AS away", -1, &attach, NULL) !=
        SQLITE_OK)
        return database_error(home);
    (void)sqlite3_bind_text(attach, 1, name, -1, SQLITE_STATIC);
    int error = sqlite3_step(attach) == SQLITE_DONE ? 0 : database_error(home);
    (void)sqlite3_finalize(attach);
    if (error)
        return error;

    error = database_open(&away, name, false);
    if (!error)
        error = copy(home, &away, was_damaged);
    database_close(&away);
    (void)database_run(home, "DETACH away");
    return error;
}
