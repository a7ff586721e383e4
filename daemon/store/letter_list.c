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
    void *owner;
    store_letters on_letters;
    struct letter *letters;
    char **texts; /* three a letter */
    size_t count;
};

/* As a person reads it: the whole record. What cannot be read is shown as it is kept. */
static int print_row(sqlite3_stmt *row, char **ret_text)
{
    const struct row_columns columns = record_columns(row);
    char *body = strdup(record_body(row));
    struct record record;
    struct text text;

    if (!body)
        return -ENOMEM;
    text_init_heap(&text);
    if (record_read(&columns, body, &record))
        text_add(&text, record_body(row));
    else
        record_print_known(&record, &text);
    free(body);
    *ret_text = text.failed ? NULL : strdup(text.data ? text.data : "");
    text_done(&text);
    return *ret_text ? 0 : -ENOMEM;
}

static int keep_letter(struct list_question *self, sqlite3_stmt *row)
{
    char **texts = self->texts + 3 * self->count;
    struct letter *letter = &self->letters[self->count];

    for (int i = 0; i < 2; i++) {
        texts[i] = strdup(database_text(row, AFTER_COLUMNS + 1 + i));
        if (!texts[i])
            return -ENOMEM;
    }
    int error = print_row(row, &texts[2]);
    if (error)
        return error;
    *letter = (struct letter){
        .id = sqlite3_column_int64(row, 0),
        .wall_ns = sqlite3_column_int64(row, 2),
        .at_ns = sqlite3_column_int64(row, AFTER_COLUMNS),
        .sink = texts[0],
        .reason = texts[1],
        .body = texts[2],
    };
    self->count++;
    return 0;
}

static int list(struct question *question, struct database *database)
{
    struct list_question *self = (struct list_question *)question;
    sqlite3_stmt *rows = database_statement(database, QUERY_LIST_LETTERS);
    int result = 1;

    self->letters = calloc(self->limit, sizeof(*self->letters));
    self->texts = calloc(3 * self->limit, sizeof(*self->texts));
    if (!rows || !self->letters || !self->texts)
        return rows ? -ENOMEM : database_error(database);
    if (self->has_sink)
        (void)sqlite3_bind_text(rows, 1, self->sink, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(rows, 2, (int64_t)self->limit);
    while (result > 0 && self->count < self->limit) {
        result = database_step(database, rows);
        if (result > 0 && keep_letter(self, rows))
            result = -ENOMEM;
    }
    (void)sqlite3_reset(rows);
    (void)sqlite3_clear_bindings(rows);
    return result < 0 ? result : 0;
}

static void deliver(struct answer *answer)
{
    struct list_question *self = (struct list_question *)question_of(answer);

    self->on_letters(self->owner, self->question.error, self->letters, self->count);
    for (size_t i = 0; self->texts && i < 3 * self->limit; i++)
        free(self->texts[i]);
    free(self->texts);
    free(self->letters);
    free(self);
}

int store_list_letters(struct store *store, const char *sink, size_t limit, void *owner,
                       store_letters on_letters)
{
    struct list_question *self = calloc(1, sizeof(*self));

    if (!self)
        return -ENOMEM;
    *self = (struct list_question){
        .question = {.answer.deliver = deliver, .run = list},
        .has_sink = sink != NULL,
        .limit = limit > 0 ? limit : 100,
        .owner = owner,
        .on_letters = on_letters,
    };
    if (sink)
        (void)text_copy(self->sink, sizeof(self->sink), sink);
    int error = reader_ask(&store->people, &self->question);
    if (error)
        free(self);
    return error;
}
