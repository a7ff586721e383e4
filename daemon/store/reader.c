/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/reader.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>

enum {
    WAITING_MAX = 128
};

/* The file may have been set aside since: then the one that stands there now. */
static int open_current(struct reader *reader)
{
    char path[512];

    uv_mutex_lock(&reader->board->lock);
    int generation = reader->board->generation;
    int64_t first_id = reader->board->first_id;
    (void)text_copy(path, sizeof(path), reader->board->path);
    uv_mutex_unlock(&reader->board->lock);

    if (reader->database.handle && generation == reader->generation)
        return 0;
    database_close(&reader->database);
    int error = database_open(&reader->database, path, true);
    if (error)
        database_close(&reader->database);
    reader->generation = generation;
    reader->database.first_id = first_id;
    return error;
}

static void work(struct reader *reader, struct question *question)
{
    question->error = open_current(reader);
    if (!question->error)
        question->error = question->run(question, &reader->database);
    if (question->error && question->error != -EINVAL && question->error != -EAGAIN)
        database_close(&reader->database);
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
    database_close(&reader->database);
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
