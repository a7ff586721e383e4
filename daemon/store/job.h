/* SPDX-License-Identifier: Apache-2.0 */
/* What the loop gives the store thread to do, in order. */
#pragma once

#include "daemon/loop/inbox.h"
#include "daemon/store/mail.h"

enum job_kind {
    JOB_APPEND,
    JOB_SNAPSHOT,
    JOB_ENLIST,
    JOB_ACKNOWLEDGE,
    JOB_REFUSE,
    JOB_LETTERS,
    JOB_TURN_AWAY,
    JOB_RELEASE, /* does nothing; ends what store_hold() began */
};

struct enlist_job {
    int sink;
    uint32_t kinds;
    void *owner;
    store_enlisted on_enlisted;
};

struct acknowledge_job {
    int sink;
    struct range ids;
    enum ledger_account account;
};

struct letters_job {
    int sink;
    int64_t id; /* 0 = all */
    enum letter_fate fate;
    void *owner;
    store_letters_done on_done;
};

struct turn_away_job {
    enum record_kind kind;
    enum ledger_account account;
    int64_t values;
};

struct snapshot_job {
    const char *positions; /* JSON, in the job's own memory; the machine is in `text` */
    const void *body;      /* NULL = none */
    size_t length;
};

struct job {
    struct inbox_item item; /* first */
    enum job_kind kind;
    bool is_held;          /* what comes next goes into the same transaction */
    int64_t id;            /* APPEND: given by the loop */
    struct record *record; /* APPEND; in the job's own memory, like all it points to */
    const char *text;      /* SNAPSHOT machine, ENLIST name, REFUSE the words */
    union {
        struct enlist_job enlist;
        struct acknowledge_job acknowledge; /* of REFUSE too */
        struct letters_job letters;
        struct turn_away_job turn_away;
        struct snapshot_job snapshot;
    };
};

/* With `extra` bytes of its own behind it, at `ret_extra`; free() ends it. */
struct job *job_create(enum job_kind kind, size_t extra, char **ret_extra);
