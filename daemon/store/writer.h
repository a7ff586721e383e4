/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store thread: takes jobs, commits them in groups, keeps the file in bounds, and
 * gets over a full disk, an I/O error or a damaged file without losing what is not yet
 * committed.
 */
#pragma once

#include "daemon/store/group.h"
#include "daemon/store/rescue.h"
#include "daemon/store/retention.h"
#include "daemon/store/writing.h"

enum {
    WRITER_SHRINK_STEPS = 4 /* of deleting, before others get their turn */
};

struct writer {
    struct store_options options; /* path is `path` */
    char path[512];
    struct inbox inbox;      /* of struct job */
    struct mailbox *mailbox; /* of struct mail */
    struct board *board;
    uv_thread_t thread;

    /* From here on the store thread's own. */
    struct database database;
    struct book book;
    struct book before; /* as it was before the group that is being committed */
    struct writing writing;
    struct group group;   /* taken and not yet known to be committed */
    int64_t committed_id; /* what stored() was told */
    int64_t next_upkeep_ns, next_age_ns;
    struct age_clock age_clock;
    int64_t turned_away[RECORD_KIND_COUNT]; /* by a full disk, not yet in the ledgers */
    char refuge[512];                       /* "" = there is no place for one */
    bool in_refuge;                         /* the file cannot be written; see refuge.h */
    int64_t first_id;                       /* of the rows in the refuge; 0 = not there */
    int64_t next_return_ns, return_wait_ns;
    struct store_health health;
    int generation, version;
    char words[128]; /* SQLite's, of the newest failure */
    bool disk_full, is_closed;
};

/* Blocks. Opens the file and finds the newest id in it. */
int writer_open(struct writer *writer, const struct store_options *options,
                struct rescue *ret_rescue);

/* The file that is written to now. */
const char *writer_file(const struct writer *writer);

/* `mailbox` and `board` are borrowed until MAIL_GONE. */
int writer_start(struct writer *writer, struct mailbox *mailbox, struct board *board);

/* After writer_open() that was never started, or after MAIL_GONE and the join. */
void writer_done(struct writer *writer);
