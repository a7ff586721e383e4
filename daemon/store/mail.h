/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's threads tell the loop, and what they leave where the loop can look.
 */
#pragma once

#include "daemon/loop/mailbox.h"
#include "daemon/store/spool.h"

/* Delivered on the loop thread, which frees itself in the doing. */
struct answer {
    void (*deliver)(struct answer *answer);
    struct answer *next; /* of those that wait for a commit */
};

enum mail_kind {
    MAIL_STORED,
    MAIL_TROUBLE,
    MAIL_ANSWER,
    MAIL_GONE, /* this thread has ended; its last word */
};

struct mail {
    enum mail_kind kind;
    int64_t id;
    bool is_trouble;
    char sentence[256];
    struct answer *answer;
};

/* Any thread. Waits for room: only the loop's being busy can make it. */
void mail_post(struct mailbox *mailbox, const struct mail *mail);
void mail_answer(struct mailbox *mailbox, struct answer *answer);

/* The lock covers the copies and nothing else. */
struct board {
    uv_mutex_t lock;
    struct store_health health;
    struct store_queue queues[STORE_SINKS_MAX];
    char path[512];   /* of the file in use */
    int generation;   /* grows when it is another file; readers then open anew */
    int64_t first_id; /* what is older is in the file that cannot be reached now */
    int version;    /* grows when what the sinks have acknowledged is to be asked anew */
    bool disk_full; /* raw values are turned away at the door */
};
