/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQLite file: what is still to be sent (spool), what can be asked (history), and
 * where the trackers stood (snapshots). The records' rows are spool and history at once.
 *
 * The store thread owns the connection that writes and commits in groups; a reader thread
 * owns a second, read-only one. The loop thread posts and is mailed back. kill -9 at any
 * moment loses at most what was not yet committed, and never prevents a start.
 * All functions: loop thread. Only store_open() blocks, before the loop runs.
 */
#pragma once

#include "daemon/base/option.h"
#include "daemon/model/record.h"

#include <uv.h>

struct store;

enum store_signals {
    STORE_SIGNALS_ALL,
    STORE_SIGNALS_PUBLISHED,
    STORE_SIGNALS_NONE
};

struct store_options {
    char *path;
    int64_t keep;         /* ns; history of records */
    int64_t max_size;     /* bytes of the file */
    unsigned signals;     /* enum store_signals */
    int64_t keep_signals; /* ns; archive rows */
    int64_t commit;       /* ns; longest wait for a group commit */
};

extern const struct section store_section;

struct store_site {
    uv_loop_t *loop;
    void *owner;

    /* Rows up to and including `id` are on disk. */
    void (*stored)(void *owner, int64_t id);

    /* Something a person should know: set aside, disk full, recovered. One sentence. */
    void (*trouble)(void *owner, bool is_trouble, const char *sentence);

    void (*closed)(void *owner);
};

/* Opens or creates; a file that is not sound is set aside and a fresh one started. */
int store_open(const struct store_options *settings, const struct store_site *site,
               struct store **ret_store);

/* Commits what is left; `closed` follows. */
void store_close(struct store *store);

/*
 * Takes a copy. Returns the record's id (from 1, growing, never reused), or -ENOBUFS when
 * the store cannot keep up or the disk is full and the drop policy says this one goes;
 * the ledger counts it.
 */
int64_t store_append(struct store *store, const struct record *record);

/* Half of the room for raw values waits to be written: a source that can wait should. Not
 * when the disk is full, which no waiting mends. */
bool store_is_busy(struct store *store);

/* 4 MiB of snapshots wait to be written: the next one can wait. They do not count against
 * the room for records and values. */
bool store_is_behind(struct store *store);

/*
 * What is asked of the store between the two is in one transaction, or, after a kill, not
 * at all. They nest. Hold for a moment only, and never across a return to the loop.
 * Returns 0, or -ENOMEM, and then there is nothing to release.
 */
int store_hold(struct store *store);
void store_release(struct store *store);

/*
 * Keeps `snapshot` and `positions` of a machine; in the transaction of the records it
 * speaks of when both are posted inside one hold.
 */
int store_snapshot(struct store *store, const char *machine, const void *snapshot,
                   size_t length, const char *const *positions, size_t position_count);

struct store_resume {
    void *snapshot; /* NULL = none */
    size_t length;
    char **positions; /* one for each link, in the configuration's order */
    size_t position_count;
};

/* What store_snapshot() kept: one row, read on the loop. Free with store_resume_done().
 */
int store_load(struct store *store, const char *machine, struct store_resume *ret_resume);
void store_resume_done(struct store_resume *resume);

struct store_health {
    int64_t rows, bytes, last_id;
    int64_t unwritten; /* rows taken and not yet committed */
    int64_t commits;
    double commit_max_s; /* the longest commit so far */
    bool is_degraded;
    char trouble[256];
};

void store_describe(const struct store *store, struct store_health *ret_health);
