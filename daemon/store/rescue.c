/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/rescue.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <uv.h>

#define CHECK_NS ((uint64_t)(2 * NS_PER_S))

enum {
    PATH_MAX_BYTES = 512
};

/* Ends a check that takes too long: SQLite does all of it in one step of its own. */
struct limit {
    sqlite3 *handle;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t over;
    bool is_over, has_fired;
};

static void watch(void *argument)
{
    struct limit *limit = argument;
    bool timed_out = false;

    uv_mutex_lock(&limit->lock);
    while (!limit->is_over && !timed_out)
        timed_out = uv_cond_timedwait(&limit->over, &limit->lock, CHECK_NS) != 0;
    limit->has_fired = !limit->is_over;
    if (limit->has_fired)
        sqlite3_interrupt(limit->handle);
    uv_mutex_unlock(&limit->lock);
}

static int limit_start(struct limit *limit, sqlite3 *handle)
{
    *limit = (struct limit){.handle = handle};
    (void)uv_mutex_init(&limit->lock);
    (void)uv_cond_init(&limit->over);
    return uv_thread_create(&limit->thread, watch, limit);
}

/* Returns whether the check was cut short. */
static bool limit_end(struct limit *limit)
{
    uv_mutex_lock(&limit->lock);
    limit->is_over = true;
    uv_cond_signal(&limit->over);
    uv_mutex_unlock(&limit->lock);
    (void)uv_thread_join(&limit->thread);
    uv_cond_destroy(&limit->over);
    uv_mutex_destroy(&limit->lock);
    return limit->has_fired;
}

/* A check that ran out of time has found nothing that can be believed. */
static int check_pages(struct database *database, char reterr_words[128])
{
    sqlite3_stmt *check;
    struct limit limit;
    int error = 0;

    if (sqlite3_prepare_v2(database->handle, "PRAGMA quick_check(1)", -1, &check, NULL) !=
        SQLITE_OK)
        return database_error(database);
    if (limit_start(&limit, database->handle)) {
        (void)sqlite3_finalize(check);
        return 0;
    }
    int code = sqlite3_step(check);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        error = database_error(database);
    if (code == SQLITE_ROW && strcmp(database_text(check, 0), "ok") != 0) {
        (void)text_copy(reterr_words, 128, database_text(check, 0));
        error = -EUCLEAN;
    }
    if (limit_end(&limit)) {
        reterr_words[0] = '\0';
        error = 0;
    }
    (void)sqlite3_finalize(check);
    return error;
}

/* Is it ours, and of a version we know? -EMEDIUMTYPE when it is somebody else's. */
static int check_owner(struct database *database, char reterr_words[128])
{
    int64_t tables = database_ask(database, "SELECT count(*) FROM sqlite_schema", -1);

    if (tables < 0)
        return database_error(database);
    int64_t owner = database_ask(database, "PRAGMA application_id", -1);
    int64_t version = database_ask(database, "PRAGMA user_version", -1);

    if (tables > 0 && owner != SCHEMA_APPLICATION_ID) {
        (void)text_copy(reterr_words, 128, "it belongs to another program");
        return -EMEDIUMTYPE;
    }
    if (version > schema_version()) {
        (void)text_copy(reterr_words, 128, "it was written by a newer spindled");
        return -EMEDIUMTYPE;
    }
    return 0;
}

static int open_sound(const char *path, struct database *ret_database,
                      char reterr_words[128])
{
    int error = database_open(ret_database, path, false);

    reterr_words[0] = '\0';
    if (!error)
        error = check_owner(ret_database, reterr_words);
    if (!error)
        error = check_pages(ret_database, reterr_words);
    if (!error)
        error = schema_apply(ret_database);
    if (!error)
        return 0;
    if (!reterr_words[0])
        (void)text_copy(reterr_words, 128,
                        ret_database->handle ? database_words(ret_database)
                                             : "out of memory");
    database_close(ret_database);
    return error;
}

int rescue_set_aside(const char *path, const char *suffix, int64_t wall_ns,
                     char ret_name[512])
{
    static const char *const parts[] = {"", "-wal"};
    char printed[RFC3339_MAX], from[PATH_MAX_BYTES + 8], to[PATH_MAX_BYTES + 8];
    int error = 0;

    moment_print(wall_ns, printed);
    if (snprintf(ret_name, PATH_MAX_BYTES, "%s.%s-%.24s", path, suffix, printed) >=
        PATH_MAX_BYTES)
        return -ENAMETOOLONG;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        (void)snprintf(from, sizeof(from), "%s%s", path, parts[i]);
        (void)snprintf(to, sizeof(to), "%s%s", ret_name, parts[i]);
        if (rename(from, to) != 0 && i == 0)
            error = -errno;
    }
    (void)snprintf(from, sizeof(from), "%s-shm", path);
    (void)unlink(from);
    return error;
}

/* The folder the file is in, if only it is missing. */
static void make_folder(const char *path)
{
    char folder[PATH_MAX_BYTES];

    if (!text_copy(folder, sizeof(folder), path))
        return;
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0700);
    }
}

static void say(struct rescue *rescue, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct rescue *rescue, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(rescue->sentence, sizeof(rescue->sentence), format, arguments);
    va_end(arguments);
}

int rescue_open(const char *path, int64_t wall_ns, struct database *ret_database,
                struct rescue *ret_rescue)
{
    char words[128], words_again[128], name[PATH_MAX_BYTES];

    *ret_rescue = (struct rescue){.set_aside = false};
    make_folder(path);
    int error = open_sound(path, ret_database, words);
    if (error == -EUCLEAN || error == -EMEDIUMTYPE) {
        const char *suffix = error == -EUCLEAN ? "corrupt" : "foreign";
        error = rescue_set_aside(path, suffix, wall_ns, name);
        if (!error)
            error = open_sound(path, ret_database, words_again);
        ret_rescue->set_aside = !error;
        say(ret_rescue,
            "the store %s cannot be used (%s); kept as %s, "
            "starting a fresh one",
            path, words, name);
        return error;
    }
    if (error)
        say(ret_rescue, "cannot open the store %s: %s", path, words);
    return error;
}

static void name_ballast(const char *path, char ret_name[PATH_MAX_BYTES])
{
    (void)snprintf(ret_name, PATH_MAX_BYTES, "%.500s.ballast", path);
}

int ballast_make(const char *path, int64_t bytes)
{
    char name[PATH_MAX_BYTES];
    struct stat status;
    struct statvfs room;

    name_ballast(path, name);
    if (stat(name, &status) == 0 && status.st_size >= bytes)
        return 0;
    if (statvfs(path, &room) != 0)
        return -errno;
    if ((int64_t)(room.f_bavail * room.f_frsize) < 2 * bytes)
        return -ENOSPC;

    int file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return -errno;
    int error = -posix_fallocate(file, 0, bytes);
    (void)close(file);
    if (error)
        (void)unlink(name);
    return error;
}

void ballast_drop(const char *path)
{
    char name[PATH_MAX_BYTES];

    name_ballast(path, name);
    (void)unlink(name);
}
