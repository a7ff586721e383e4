/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/report.h"

#include <stdarg.h>
#include <stdio.h>

/* Health says it from now on; the sentence is still to be mailed. (Declared apart, since
 * a definition takes no attribute behind it.) */
static struct mail compose(struct writer *writer, bool is_trouble, const char *format,
                           va_list arguments) __attribute__((format(printf, 3, 0)));

static struct mail compose(struct writer *writer, bool is_trouble, const char *format,
                           va_list arguments)
{
    struct mail mail = {.kind = MAIL_TROUBLE, .is_trouble = is_trouble};

    (void)vsnprintf(mail.sentence, sizeof(mail.sentence), format, arguments);
    (void)text_copy(writer->health.trouble, sizeof(writer->health.trouble),
                    is_trouble ? mail.sentence : "");
    writer->health.is_degraded = is_trouble;
    return mail;
}

void report_trouble(struct writer *writer, bool is_trouble, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    struct mail mail = compose(writer, is_trouble, format, arguments);
    va_end(arguments);
    mail_post(writer->mailbox, &mail);
}

/* What is first owed to each sink says how far behind it is. */
static void look_at_queues(struct writer *writer, struct store_queue *queues)
{
    for (size_t i = 0; i < writer->book.count; i++) {
        const struct book_entry *entry = &writer->book.entries[i];
        sqlite3_stmt *first = database_statement(&writer->database, QUERY_FIRST_OWED);
        struct range hole;

        queues[i].oldest_wall_ns = 0;
        if (!first || entry->ledger.pending_rows == 0 ||
            !ranges_find_hole(&entry->acknowledged, 1, INT64_MAX, &hole))
            continue;
        (void)sqlite3_bind_int64(first, 1, hole.first);
        (void)sqlite3_bind_int64(first, 2, hole.last);
        (void)sqlite3_bind_int64(first, 3, entry->kinds);
        if (database_step(&writer->database, first) > 0)
            queues[i].oldest_wall_ns = sqlite3_column_int64(first, 0);
        (void)sqlite3_reset(first);
    }
    for (size_t i = 0; i < writer->book.count; i++) {
        sqlite3_stmt *count = database_statement(&writer->database, QUERY_COUNT_LETTERS);
        if (!count)
            continue;
        (void)sqlite3_bind_text(count, 1, writer->book.entries[i].name, -1,
                                SQLITE_STATIC);
        if (database_step(&writer->database, count) > 0)
            queues[i].letters = sqlite3_column_int64(count, 0);
        (void)sqlite3_reset(count);
    }
}

void report_publish(struct writer *writer, bool with_queues)
{
    struct store_queue queues[STORE_SINKS_MAX] = {0};
    struct board *board = writer->board;

    if (with_queues)
        look_at_queues(writer, queues);
    uv_mutex_lock(&board->lock);
    board->health = writer->health;
    board->disk_full = writer->disk_full;
    board->generation = writer->generation;
    board->first_id = writer->first_id;
    board->version = writer->version;
    (void)text_copy(board->path, sizeof(board->path), writer_file(writer));
    for (size_t i = 0; i < writer->book.count; i++) {
        board->queues[i].ledger = writer->book.entries[i].ledger;
        if (with_queues || writer->book.entries[i].ledger.pending_rows == 0)
            board->queues[i].oldest_wall_ns = queues[i].oldest_wall_ns;
        if (with_queues)
            board->queues[i].letters = queues[i].letters;
    }
    uv_mutex_unlock(&board->lock);
}

void report_move(struct writer *writer, bool is_trouble, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    struct mail mail = compose(writer, is_trouble, format, arguments);
    va_end(arguments);
    report_publish(writer, true);
    mail_post(writer->mailbox, &mail);
}
