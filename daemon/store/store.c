/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/store.h"

#include "daemon/base/log.h"
#include "daemon/store/store_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAILS_MAX = 1024,
    QUEUE_BYTES = 16777216,    /* of jobs that wait for the store thread */
    QUEUE_RAW_BYTES = 8388608, /* beyond, raw values are turned away */
    QUEUE_SNAPSHOT_BYTES = 4194304,
};

static const char *const signal_choices[] = {"all", "published", "none", NULL};

static const struct option options[] = {
    OPTION(store_options, path, .fallback.text = "/var/lib/spindled/spindled.db",
           .help = "the SQLite file: history and what is still to be sent"),
    OPTION(store_options, keep, .measure = MEASURE_DURATION,
           .fallback.integer = 90 * NS_PER_DAY, .min = (double)NS_PER_HOUR,
           .max = 36500.0 * (double)NS_PER_DAY,
           .help = "how long records stay in the history"),
    OPTION(store_options, max_size, .measure = MEASURE_SIZE,
           .fallback.integer = INT64_C(2) << 30, .min = 1048576, .max = 1e15,
           .help = "largest size of the file; the oldest raw values go first, what is "
                   "not yet delivered goes last"),
    OPTION(store_options, signals, .choices = signal_choices,
           .fallback.choice = STORE_SIGNALS_ALL,
           .help = "which raw values the history keeps"),
    OPTION(store_options, keep_signals, .measure = MEASURE_DURATION,
           .fallback.integer = 7 * NS_PER_DAY, .min = (double)NS_PER_MINUTE,
           .max = 36500.0 * (double)NS_PER_DAY, .help = "how long raw values stay"),
    OPTION(store_options, commit, .measure = MEASURE_DURATION,
           .fallback.integer = 200 * NS_PER_MS, .min = 10.0 * (double)NS_PER_MS,
           .max = (double)NS_PER_S,
           .help = "longest wait for a commit, which stores many rows at once; a power "
                   "cut loses at most this much"),
    {0},
};

const struct section store_section = {
    .name = "store",
    .help = "the history and the queue of what is to be sent, one SQLite file",
    .size = sizeof(struct store_options),
    .options = options,
};

static void on_mailbox_closed(void *owner)
{
    struct store *store = owner;
    struct store_site site = store->site;

    writer_done(&store->writer);
    reader_done(&store->couriers);
    reader_done(&store->people);
    uv_mutex_destroy(&store->board.lock);
    free(store);
    if (site.closed)
        site.closed(site.owner);
}

/* Each thread says so as its last word; the joins find them gone or about to be. */
static void on_thread_gone(struct store *store)
{
    if (--store->threads_left > 0)
        return;
    (void)uv_thread_join(&store->writer.thread);
    (void)uv_thread_join(&store->couriers.thread);
    (void)uv_thread_join(&store->people.thread);
    mailbox_close(store->mailbox);
}

static void on_mail(void *owner, const void *message)
{
    struct store *store = owner;
    const struct mail *mail = message;

    switch (mail->kind) {
    case MAIL_STORED:
        if (store->site.stored)
            store->site.stored(store->site.owner, mail->id);
        break;
    case MAIL_TROUBLE:
        log_write(mail->is_trouble ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE, "store", "%s",
                  mail->sentence);
        if (store->site.trouble)
            store->site.trouble(store->site.owner, mail->is_trouble, mail->sentence);
        break;
    case MAIL_ANSWER:
        mail->answer->deliver(mail->answer);
        break;
    case MAIL_GONE:
        on_thread_gone(store);
        break;
    }
}

static int start_threads(struct store *store)
{
    const struct mailbox_spec spec = {
        .message_size = sizeof(struct mail),
        .capacity = MAILS_MAX,
        .owner = store,
        .deliver = on_mail,
        .closed = on_mailbox_closed,
    };

    int error = mailbox_create(store->site.loop, &spec, &store->mailbox);
    if (error)
        return error;
    error = reader_start(&store->couriers, store->mailbox, &store->board);
    if (!error)
        error = reader_start(&store->people, store->mailbox, &store->board);
    if (!error)
        error = writer_start(&store->writer, store->mailbox, &store->board);
    assert(!error); /* no thread can be made: nothing of this program could run */
    store->threads_left = 3;
    return 0;
}

int store_open(const struct store_options *settings, const struct store_site *site,
               struct store **ret_store)
{
    struct store *store = calloc(1, sizeof(*store));
    struct rescue rescue = {.set_aside = false};

    if (!store)
        return -ENOMEM;
    store->site = *site;
    int error = writer_open(&store->writer, settings, &rescue);
    if (rescue.sentence[0])
        log_write(error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "store", "%s",
                  rescue.sentence);
    if (error) {
        free(store);
        return error;
    }
    if (rescue.sentence[0] && site->trouble)
        site->trouble(site->owner, true, rescue.sentence);
    store->next_id = store->writer.committed_id + 1;
    if (store->writer.in_refuge) {
        store->writer.health.is_degraded = true;
        (void)text_copy(store->writer.health.trouble,
                        sizeof(store->writer.health.trouble), rescue.sentence);
    }
    store->board.health = store->writer.health;
    store->board.first_id = store->writer.first_id;
    (void)text_copy(store->board.path, sizeof(store->board.path),
                    writer_file(&store->writer));
    error = uv_mutex_init(&store->board.lock);
    if (!error)
        error = start_threads(store);
    if (error) {
        writer_done(&store->writer);
        free(store);
        return error;
    }
    *ret_store = store;
    return 0;
}

int store_put(struct store *store, struct job *job, size_t max_bytes)
{
    job->is_held = store->holds > 0;
    int error = inbox_put(&store->writer.inbox, &job->item, max_bytes);
    store->has_held = store->has_held || (!error && store->holds > 0);
    return error;
}

int store_hold(struct store *store)
{
    char *extra;

    if (store->holds == 0) {
        store->release = job_create(JOB_RELEASE, 0, &extra);
        if (!store->release)
            return -ENOMEM;
    }
    store->holds++;
    return 0;
}

void store_release(struct store *store)
{
    assert(store->holds > 0);
    if (--store->holds > 0)
        return;
    if (store->has_held)
        (void)store_put(store, store->release, SIZE_MAX);
    else
        free(store->release);
    store->release = NULL;
    store->has_held = false;
}

static void hand_over_turned_away(struct store *store)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        char *extra;
        struct job *job =
            store->turned_away[kind] > 0 ? job_create(JOB_TURN_AWAY, 0, &extra) : NULL;
        if (!job)
            continue;
        job->turn_away = (struct turn_away_job){
            (enum record_kind)kind, store->turned_away_as, store->turned_away[kind]};
        (void)store_put(store, job, SIZE_MAX);
        store->turned_away[kind] = 0;
    }
}

void store_close(struct store *store)
{
    if (!store || store->is_closing)
        return;
    assert(store->holds == 0); /* what it holds would never be written */
    store->is_closing = true;
    view_close(&store->view); /* before the writer's: the last one tidies the WAL up */
    hand_over_turned_away(store);
    inbox_close(&store->writer.inbox);
    inbox_close(&store->couriers.inbox);
    inbox_close(&store->people.inbox);
}

static int64_t turn_away(struct store *store, const struct record *record, int64_t count,
                         enum ledger_account account)
{
    if (store->turned_away_as != account)
        hand_over_turned_away(store);
    store->turned_away_as = account;
    store->turned_away[record->kind] += count > 0 ? count : 1;
    return -ENOBUFS;
}

static bool is_disk_full(struct store *store)
{
    uv_mutex_lock(&store->board.lock);
    bool is_full = store->board.disk_full;
    uv_mutex_unlock(&store->board.lock);
    return is_full;
}

static struct job *make_append(const struct record *record, int64_t id)
{
    bool is_packed = record->kind == RECORD_SIGNAL || record->kind == RECORD_ARCHIVE;
    const char *signals =
        is_packed && record->packed.signals ? record->packed.signals : "";
    size_t length = strlen(signals) + 1;
    char *extra;
    struct job *job = job_create(JOB_APPEND, sizeof(*record) + length, &extra);

    if (!job)
        return NULL;
    job->id = id;
    job->record = (struct record *)(void *)extra;
    *job->record = *record;
    if (is_packed) {
        memcpy(extra + sizeof(*record), signals, length);
        job->record->packed.signals = length > 1 ? extra + sizeof(*record) : NULL;
    }
    return job;
}

int64_t store_append(struct store *store, const struct record *record)
{
    bool is_raw = record->kind == RECORD_SIGNAL || record->kind == RECORD_ARCHIVE;
    int64_t count = is_raw ? record->packed.count : 1;

    if (store->is_closing)
        return -ESHUTDOWN;
    if (is_raw && is_disk_full(store))
        return turn_away(store, record, count, LEDGER_DROPPED_DISK);
    struct job *job = make_append(record, store->next_id);
    if (!job)
        return turn_away(store, record, count, LEDGER_DROPPED_BUSY);
    if (store_put(store, job, is_raw ? QUEUE_RAW_BYTES : QUEUE_BYTES)) {
        free(job);
        return turn_away(store, record, count,
                         is_disk_full(store) ? LEDGER_DROPPED_DISK : LEDGER_DROPPED_BUSY);
    }
    hand_over_turned_away(store);
    return store->next_id++;
}

bool store_is_busy(struct store *store)
{
    return inbox_bytes(&store->writer.inbox) > QUEUE_RAW_BYTES / 2 &&
           !is_disk_full(store);
}

bool store_is_behind(struct store *store)
{
    return inbox_apart(&store->writer.inbox) > QUEUE_SNAPSHOT_BYTES;
}

void store_describe(const struct store *store, struct store_health *ret_health)
{
    struct board *board = (struct board *)&store->board;

    uv_mutex_lock(&board->lock);
    *ret_health = board->health;
    uv_mutex_unlock(&board->lock);
    ret_health->unwritten = (int64_t)inbox_count((struct inbox *)&store->writer.inbox);
}

void store_describe_reach(const struct store *store, struct store_reach *ret_reach)
{
    struct board *board = (struct board *)&store->board;

    uv_mutex_lock(&board->lock);
    *ret_reach = (struct store_reach){board->first_id, board->version};
    uv_mutex_unlock(&board->lock);
}

void store_describe_queue(const struct store *store, int sink,
                          struct store_queue *ret_queue)
{
    struct board *board = (struct board *)&store->board;

    assert(sink >= 0 && sink < STORE_SINKS_MAX);
    uv_mutex_lock(&board->lock);
    *ret_queue = board->queues[sink];
    uv_mutex_unlock(&board->lock);
}
