/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters as a person lists them. */
#include "daemon/store/record_read.h"
#include "daemon/store/store_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    AFTER_COLUMNS = 6 /* of READ_COLUMNS */
};

struct list_question {
    struct question question; /* first */
    char sink[RECORD_NAME_MAX];
    bool has_sink;
    size_t limit;
    store_letter_printer print;
    void *owner;
    store_letters on_letters;
    struct text list;
};

/* As a person reads it: the whole record. What cannot be read is shown as it is kept. */
static int print_record(sqlite3_stmt *row, struct text *text)
{
    const struct row_columns columns = record_columns(row);
    char *body = strdup(record_body(row));
    struct record record;

    if (!body)
        return -ENOMEM;
    if (record_read(&columns, body, &record))
        text_add(text, record_body(row));
    else
        record_print_known(&record, text);
    free(body);
    return text->failed ? -ENOMEM : 0;
}

static int print_letter(struct list_question *self, sqlite3_stmt *row, size_t number)
{
    struct text record;

    text_init_heap(&record);
    int error = print_record(row, &record);
    if (!error) {
        const struct letter letter = {
            .id = sqlite3_column_int64(row, 0),
            .wall_ns = sqlite3_column_int64(row, 2),
            .at_ns = sqlite3_column_int64(row, AFTER_COLUMNS),
            .sink = database_text(row, AFTER_COLUMNS + 1),
            .reason = database_text(row, AFTER_COLUMNS + 2),
            .body = record.data ? record.data : "",
        };
        self->print(&letter, number, &self->list);
    }
    text_done(&record);
    return error ? error : self->list.failed ? -ENOMEM : 0;
}

static int list(struct question *question, struct database *database)
{
    struct list_question *self = (struct list_question *)question;
    sqlite3_stmt *rows = database_statement(database, QUERY_LIST_LETTERS);
    size_t count = 0;
    int result = 1;

    if (!rows)
        return database_error(database);
    if (self->has_sink)
        (void)sqlite3_bind_text(rows, 1, self->sink, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(rows, 2, (int64_t)self->limit);
    while (result > 0 && count < self->limit) {
        result = database_step(database, rows);
        if (result > 0 && print_letter(self, rows, count++))
            result = -ENOMEM;
    }
    (void)sqlite3_reset(rows);
    (void)sqlite3_clear_bindings(rows);
    return result < 0 ? result : 0;
}

static void deliver(struct answer *answer)
{
    struct list_question *self = (struct list_question *)question_of(answer);

    self->on_letters(self->owner, self->question.error, &self->list);
    text_done(&self->list);
    free(self);
}

int store_list_letters(struct store *store, const char *sink, size_t limit,
                       store_letter_printer print, void *owner, store_letters on_letters)
{
    struct list_question *self = calloc(1, sizeof(*self));

    if (!self)
        return -ENOMEM;
    *self = (struct list_question){
        .question = {.answer.deliver = deliver, .run = list},
        .has_sink = sink != NULL,
        .limit = limit > 0 ? limit : 100,
        .print = print,
        .owner = owner,
        .on_letters = on_letters,
    };
    text_init_heap(&self->list);
    if (sink)
        (void)text_copy(self->sink, sizeof(self->sink), sink);
    int error = reader_ask(&store->people, &self->question);
    if (error)
        free(self);
    return error;
}
