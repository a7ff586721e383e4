/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/reader.h"

#include "daemon/base/moment.h"

#include <errno.h>

enum {
    WAITING_MAX = 128
};

static void work(struct reader *reader, struct question *question)
{
    question->error = view_open(&reader->view, reader->board);
    if (!question->error)
        question->error = question->run(question, &reader->view.database);
    if (question->error && question->error != -EINVAL && question->error != -EAGAIN)
        view_close(&reader->view);
    mail_answer(reader->mailbox, &question->answer);
}

static void run(void *argument)
{
    struct reader *reader = argument;
    bool is_closed = false;

    while (!is_closed) {
        struct inbox_item *item = inbox_take(&reader->inbox, NS_PER_HOUR, &is_closed);
        if (item)
            work(reader, (struct question *)item);
    }
    view_close(&reader->view);
    mail_post(reader->mailbox, &(struct mail){.kind = MAIL_GONE});
}

int reader_start(struct reader *reader, struct mailbox *mailbox, struct board *board)
{
    *reader = (struct reader){.mailbox = mailbox, .board = board};
    int error = inbox_init(&reader->inbox);
    if (error)
        return error;
    error = uv_thread_create(&reader->thread, run, reader);
    if (error)
        inbox_done(&reader->inbox);
    return error;
}

int reader_ask(struct reader *reader, struct question *question)
{
    question->item.size = 1;
    return inbox_put(&reader->inbox, &question->item, WAITING_MAX);
}

struct question *question_of(struct answer *answer)
{
    return (struct question *)(void *)((char *)answer -
                                       offsetof(struct question, answer));
}

void reader_done(struct reader *reader)
{
    inbox_done(&reader->inbox);
}
