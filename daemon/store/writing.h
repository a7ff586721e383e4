/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each job does to the file, inside the group's transaction. Store thread.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/store/book.h"
#include "daemon/store/job.h"

struct writing {
    struct database *database;
    struct book *book;
    int64_t wall_ns; /* now, for dead letters */
    int64_t last_id; /* the newest row applied */
    struct text body, key;
    struct answer *answers; /* to be given after the commit */
};

void writing_init(struct writing *writing, struct database *database, struct book *book);
void writing_done(struct writing *writing);

/* Returns 0, -EINVAL for a job that can never be done, or database_error(). */
int writing_apply(struct writing *writing, const struct job *job);

/* The transaction did not come about: nobody is answered. */
void writing_forget_answers(struct writing *writing);
void writing_give_answers(struct writing *writing, struct mailbox *mailbox);
