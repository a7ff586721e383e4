/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread with a read-only connection that answers questions, one after the other. One
 * serves the couriers, another the people, so that a long report holds up no delivery.
 */
#pragma once

#include "daemon/loop/inbox.h"
#include "daemon/store/view.h"

struct reader;

/* A question runs on the reader's thread, then is delivered on the loop's as an answer.
 */
struct question {
    struct inbox_item item; /* first */
    struct answer answer;   /* its deliver() frees the question */

    /* Returns 0 or database_error(). */
    int (*run)(struct question *question, struct database *database);
    int error; /* what run() said, for deliver() */
};

struct reader {
    struct inbox inbox;
    struct mailbox *mailbox;
    struct board *board;
    uv_thread_t thread;

    struct view view; /* the reader's own */
};

int reader_start(struct reader *reader, struct mailbox *mailbox, struct board *board);

/* Takes the question. Returns 0, or -ENOBUFS when too many wait. */
int reader_ask(struct reader *reader, struct question *question);

/* The question an answer is part of. */
struct question *question_of(struct answer *answer);

/* After inbox_close() and the join. */
void reader_done(struct reader *reader);
