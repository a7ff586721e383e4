/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/spool.h"

#include "daemon/store/store_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int put(struct store *store, struct job *job)
{
    if (!job)
        return -ENOMEM;
    if (!store->is_closing)
        return store_put(store, job, SIZE_MAX);
    free(job);
    return -ESHUTDOWN;
}

static struct job *job_with_text(enum job_kind kind, const char *text)
{
    size_t size = strlen(text) + 1;
    char *extra;
    struct job *job = job_create(kind, size, &extra);

    if (job)
        job->text = memcpy(extra, text, size);
    return job;
}

int store_enlist(struct store *store, const char *name, uint32_t kinds, void *owner,
                 store_enlisted on_enlisted)
{
    int sink = 0;

    while (sink < store->sink_count && strcmp(store->sink_names[sink], name) != 0)
        sink++;
    if (sink == STORE_SINKS_MAX)
        return -ENOSPC;
    struct job *job = job_with_text(JOB_ENLIST, name);
    if (job)
        job->enlist = (struct enlist_job){sink, kinds & ~(1u << RECORD_ARCHIVE), owner,
                                          on_enlisted};
    int error = put(store, job);
    if (error)
        return error;
    (void)text_copy(store->sink_names[sink], sizeof(store->sink_names[sink]), name);
    if (sink == store->sink_count)
        store->sink_count++;
    return sink;
}

int store_acknowledge(struct store *store, int sink, int64_t first_id, int64_t last_id,
                      enum ledger_account account)
{
    char *extra;
    struct job *job = job_create(JOB_ACKNOWLEDGE, 0, &extra);

    if (job)
        job->acknowledge = (struct acknowledge_job){
            sink, {first_id, last_id},
             account
        };
    return put(store, job);
}

int store_refuse(struct store *store, int sink, int64_t id, const char *reason)
{
    struct job *job = job_with_text(JOB_REFUSE, reason ? reason : "");

    if (job)
        job->acknowledge = (struct acknowledge_job){
            sink, {id, id},
             LEDGER_LOST_REFUSED
        };
    return put(store, job);
}

int store_settle_letters(struct store *store, int sink, int64_t id, enum letter_fate fate,
                         void *owner, store_letters_done on_done)
{
    char *extra;
    struct job *job = job_create(JOB_LETTERS, 0, &extra);

    if (job)
        job->letters = (struct letters_job){sink, id, fate, owner, on_done};
    return put(store, job);
}

static void add_string(struct text *text, const char *string)
{
    text_add_char(text, '"');
    for (; *string; string++) {
        if ((unsigned char)*string < 0x20 || *string == '"' || *string == '\\')
            text_add_format(text, "\\u%04x", (unsigned char)*string);
        else
            text_add_char(text, *string);
    }
    text_add_char(text, '"');
}

static void print_positions(const char *const *positions, size_t count, struct text *text)
{
    text_add_char(text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_char(text, ',');
        add_string(text, positions[i] ? positions[i] : "");
    }
    text_add_char(text, ']');
}

int store_snapshot(struct store *store, const char *machine, const void *snapshot,
                   size_t length, const char *const *positions, size_t position_count)
{
    size_t machine_size = strlen(machine) + 1;
    struct text printed;
    char *extra;

    text_init_heap(&printed);
    print_positions(positions, position_count, &printed);
    if (printed.failed) {
        text_done(&printed);
        return -ENOMEM;
    }
    struct job *job =
        job_create(JOB_SNAPSHOT, length + machine_size + printed.length + 1, &extra);
    if (job) {
        if (snapshot)
            job->snapshot.body = memcpy(extra, snapshot, length);
        job->snapshot.length = length;
        job->item.apart = snapshot ? job->item.size : 0;
        job->item.size -= job->item.apart;
        job->text = memcpy(extra + length, machine, machine_size);
        job->snapshot.positions =
            memcpy(extra + length + machine_size, printed.data, printed.length + 1);
    }
    text_done(&printed);
    return put(store, job);
}
