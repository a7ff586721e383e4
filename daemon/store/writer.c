/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/writer.h"

#include "daemon/base/clock.h"
#include "daemon/store/report.h"
#include "daemon/store/retreat.h"
#include "daemon/store/upkeep.h"

#include <errno.h>
#include <stdlib.h>

#define RETRY_NS        (500 * NS_PER_MS)
#define GATEWAY_EPOCH_S INT64_C(1577836800) /* 2020 */

enum {
    FULL_TRIES = 3, /* to drain a full disk */
};

static int64_t newest_wall(struct database *database)
{
    return database_ask(database, "SELECT wall_ns FROM record ORDER BY id DESC LIMIT 1",
                        0);
}

static int64_t newest_id(struct database *database)
{
    return database_ask(database,
                        "SELECT max(n) FROM (SELECT max(id) AS n FROM record UNION ALL"
                        " SELECT max(id) FROM archived UNION ALL SELECT max(id) FROM"
                        " refused UNION ALL SELECT max(json_extract(acknowledged,"
                        " '$[#-1][1]')) FROM sink)",
                        0);
}

/* What a full disk kept out goes into the ledgers with the next commit. */
static void settle_turned_away(struct writer *writer)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        if (writer->turned_away[kind] > 0)
            book_turn_away(&writer->book, (enum record_kind)kind,
                           writer->turned_away[kind], LEDGER_DROPPED_DISK);
}

static int apply_group(struct writer *writer)
{
    int64_t first_new_id = 0;

    settle_turned_away(writer);
    for (struct job *job = writer->group.first; job; job = (struct job *)job->item.next) {
        int error = writing_apply(&writer->writing, job);
        if (error && error != -EINVAL)
            return error;
        if (job->kind == JOB_APPEND && first_new_id == 0)
            first_new_id = job->id;
    }
    return book_save(&writer->book, &writer->database, first_new_id);
}

static int try_group(struct writer *writer)
{
    struct database *database = &writer->database;

    writer->writing.wall_ns = clock_now().wall_ns;
    if (!database->handle)
        return -EIO;
    int error = book_copy(&writer->before, &writer->book);
    if (!error)
        error = database_finish(database, database_statement(database, QUERY_BEGIN));
    if (error)
        return error;
    error = apply_group(writer);
    if (!error)
        error = database_finish(database, database_statement(database, QUERY_COMMIT));
    if (!error)
        return 0;

    (void)text_copy(writer->words, sizeof(writer->words), database_words(database));
    (void)database_run(database, "ROLLBACK");
    writing_forget_answers(&writer->writing);
    (void)book_copy(&writer->book, &writer->before);
    return error;
}

static void finish_group(struct writer *writer, int64_t began_ns)
{
    double seconds = (double)(clock_now().mono_ns - began_ns) / 1e9;
    int64_t last_id = writer->writing.last_id;
    size_t waiting = inbox_count(&writer->inbox);

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        writer->turned_away[kind] = 0;
    group_drop(&writer->group);
    if (waiting > 0)
        group_has_waited(&writer->group, began_ns);
    writer->health.commits++;
    writer->health.last_id = last_id;
    writer->health.unwritten = (int64_t)waiting;
    if (seconds > writer->health.commit_max_s)
        writer->health.commit_max_s = seconds;
    report_publish(writer, false);
    if (last_id > writer->committed_id)
        mail_post(writer->mailbox, &(struct mail){.kind = MAIL_STORED, .id = last_id});
    writer->committed_id = last_id;
    writing_give_answers(&writer->writing, writer->mailbox);
}

static void get_over_full_disk(struct writer *writer)
{
    if (!writer->disk_full)
        report_trouble(writer, true,
                       "the disk of %s is full: raw values are dropped, the oldest go; "
                       "records are kept as long as possible",
                       writer->path);
    writer->disk_full = true;
    ballast_drop(writer->path);
    group_drop_raw(&writer->group, writer->turned_away);
    for (int i = 0; i < WRITER_SHRINK_STEPS; i++)
        if (retention_shrink(&writer->database, &writer->book, writer->committed_id,
                             LEDGER_DROPPED_DISK) <= 0)
            break;
    (void)database_run(&writer->database, "PRAGMA wal_checkpoint(TRUNCATE)");
    report_publish(writer, false);
}

/*
 * After an error of the disk nothing is believed: the file is closed, opened and checked
 * again, and what is not known to be committed is applied once more. What did reach the
 * disk is recognised by its identity.
 */
static void open_anew(struct writer *writer, int error)
{
    struct rescue rescue;
    char name[512] = "";

    if (!writer->health.is_degraded)
        report_trouble(
            writer, true, "cannot write to the store %s (%s); trying again", writer->path,
            writer->database.handle ? database_words(&writer->database) : "not open");
    database_close(&writer->database);
    if (error == -EUCLEAN)
        (void)rescue_set_aside(writer_file(writer), "corrupt", clock_now().wall_ns, name);
    if (rescue_open(writer_file(writer), clock_now().wall_ns, &writer->database, &rescue))
        return;
    writer->generation++;
    if (error != -EUCLEAN && !rescue.set_aside) {
        (void)book_reload(&writer->book, &writer->database);
        return;
    }
    (void)book_start_over(&writer->book, writer->committed_id);
    report_trouble(writer, true, "the store %s was damaged; kept as %s, started afresh",
                   writer->path, name);
}

static void recover(struct writer *writer, int error)
{
    switch (error) {
    case -ENOSPC:
        get_over_full_disk(writer);
        break;
    case -EUCLEAN:
    case -EIO:
    case -EROFS:
        open_anew(writer, error);
        break;
    default: /* busy, out of memory: it passes */
        break;
    }
}

/* A full disk may be drained step by step; one that others fill to the last byte not. */
static bool is_hopeless(int error, int failures)
{
    return ((error == -EIO || error == -EROFS) && failures > 1) ||
           (error == -ENOSPC && failures > FULL_TRIES);
}

/* Ends with the group committed, or, when closing, with one more try after failing. */
static void commit_group(struct writer *writer)
{
    bool last_try = false;
    int failures = 0;

    for (;;) {
        int64_t began_ns = clock_now().mono_ns;
        int error = try_group(writer);
        if (!error) {
            finish_group(writer, began_ns);
            if (failures > 0 && !writer->disk_full && !writer->in_refuge &&
                writer->health.is_degraded)
                report_trouble(writer, false, "the store is written to again");
            return;
        }
        if (last_try) {
            report_trouble(writer, true, "closing without having stored everything");
            group_drop(&writer->group);
            return;
        }
        recover(writer, error);
        failures++;
        if (is_hopeless(error, failures) && retreat_enter(writer) == 0)
            continue;
        if (failures > 1)
            last_try = inbox_wait_closed(&writer->inbox, RETRY_NS);
    }
}

/* All that waits, but no more than goes into one commit. */
static void take(struct writer *writer, struct inbox_item *item, bool *ret_is_closed)
{
    int64_t now_ns = clock_now().mono_ns;

    while (item) {
        group_add(&writer->group, (struct job *)item, now_ns);
        item = group_is_full(&writer->group)
                   ? NULL
                   : inbox_take(&writer->inbox, 0, ret_is_closed);
    }
}

static int64_t next_due_ns(const struct writer *writer)
{
    int64_t due_ns = group_due_ns(&writer->group, writer->options.commit);

    return due_ns < writer->next_upkeep_ns ? due_ns : writer->next_upkeep_ns;
}

static void run(void *argument)
{
    struct writer *writer = argument;
    bool is_closed = false;

    while (!is_closed) {
        struct inbox_item *item = inbox_take(
            &writer->inbox, next_due_ns(writer) - clock_now().mono_ns, &is_closed);

        take(writer, item, &is_closed);
        int64_t now_ns = clock_now().mono_ns;
        int64_t due_ns = group_due_ns(&writer->group, writer->options.commit);
        if (due_ns <= now_ns || (is_closed && due_ns < INT64_MAX))
            commit_group(writer);
        if (now_ns >= writer->next_upkeep_ns)
            upkeep_look(writer, now_ns);
    }
    if (writer->in_refuge)
        retreat_end(writer, clock_now().mono_ns);
    database_close(&writer->database);
    mail_post(writer->mailbox, &(struct mail){.kind = MAIL_GONE});
}

/* Larger than any id that was given out before the file was lost; below 2^53. */
static int64_t id_floor(int64_t wall_ns)
{
    int64_t seconds = wall_ns / NS_PER_S - GATEWAY_EPOCH_S;

    return seconds > 0 ? seconds << 16 : 0;
}

int writer_open(struct writer *writer, const struct store_options *options,
                struct rescue *ret_rescue)
{
    int64_t wall_ns = clock_now().wall_ns;

    *writer = (struct writer){.options = *options};
    group_init(&writer->group);
    if (!text_copy(writer->path, sizeof(writer->path), options->path))
        return -ENAMETOOLONG;
    writer->options.path = writer->path;
    int error = inbox_init(&writer->inbox);
    if (error)
        return error;
    if (refuge_name(writer->path, writer->refuge))
        writer->refuge[0] = '\0';
    error = rescue_open(writer->path, wall_ns, &writer->database, ret_rescue);
    error = error ? retreat_begin(writer, error, id_floor(wall_ns), ret_rescue)
                  : retreat_resume(writer, ret_rescue->set_aside);
    if (error) {
        database_close(&writer->database);
        inbox_done(&writer->inbox);
        return error;
    }
    writing_init(&writer->writing, &writer->database, &writer->book);
    writer->committed_id = newest_id(&writer->database);
    if (ret_rescue->set_aside && writer->committed_id < id_floor(wall_ns))
        writer->committed_id = id_floor(wall_ns);
    if (writer->committed_id < writer->first_id)
        writer->committed_id = writer->first_id - 1;
    age_clock_init(&writer->age_clock, clock_now(), newest_wall(&writer->database));
    writer->writing.last_id = writer->committed_id;
    writer->health.last_id = writer->committed_id;
    writer->health.bytes = retention_used(&writer->database);
    return 0;
}

int writer_start(struct writer *writer, struct mailbox *mailbox, struct board *board)
{
    writer->mailbox = mailbox;
    writer->board = board;
    return uv_thread_create(&writer->thread, run, writer);
}

void writer_done(struct writer *writer)
{
    group_drop(&writer->group);
    writing_done(&writer->writing);
    book_done(&writer->book);
    book_done(&writer->before);
    database_close(&writer->database);
    inbox_done(&writer->inbox);
}
