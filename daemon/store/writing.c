/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/writing.h"

#include "daemon/store/letters.h"
#include "daemon/store/schema.h"
#include "daemon/store/squeeze.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void writing_init(struct writing *writing, struct database *database, struct book *book)
{
    *writing = (struct writing){.database = database, .book = book};
    text_init_heap(&writing->body);
    text_init_heap(&writing->key);
}

void writing_done(struct writing *writing)
{
    writing_forget_answers(writing);
    text_done(&writing->body);
    text_done(&writing->key);
}

/* The machine's number; it gets one when it has none. */
static int find_machine(struct writing *writing, const char *name, int64_t *ret_machine)
{
    struct database *database = writing->database;
    sqlite3_stmt *find = database_statement(database, QUERY_FIND_MACHINE);
    sqlite3_stmt *add = database_statement(database, QUERY_ADD_MACHINE);

    if (!find || !add)
        return database_error(database);
    (void)sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    int result = database_step(database, find);
    if (result < 0)
        return result;
    if (result > 0) {
        *ret_machine = sqlite3_column_int64(find, 0);
        (void)sqlite3_reset(find);
        return 0;
    }
    (void)sqlite3_bind_text(add, 1, name, -1, SQLITE_STATIC);
    int error = database_finish(database, add);
    *ret_machine = sqlite3_last_insert_rowid(database->handle);
    return error;
}

/*
 * The tags that tell this row from others of its machine, kind, path and time. The same
 * that make a series in line protocol, so what overwrites here overwrites there.
 */
static void print_key(const struct record *record, struct text *key)
{
    text_clear(key);
    text_add(key, "");
    for (const struct record_field *field = record_layouts[record->kind].fields;
         field->name; field++) {
        const void *member = (const char *)record + field->offset;
        if (field->role != ROLE_TAG || member == record->machine ||
            member == record->cell || member == &record->path)
            continue;
        if (key->length > 0)
            text_add_char(key, '|');
        if (field->kind == FIELD_INTEGER)
            text_add_integer(key, *(const int64_t *)member);
        else
            text_add(key, record_field_text(record, field));
    }
}

static int64_t weigh(const struct record *record)
{
    bool is_packed = record->kind == RECORD_SIGNAL || record->kind == RECORD_ARCHIVE;

    return is_packed && record->packed.count > 0 ? record->packed.count : 1;
}

static int delete_row(struct writing *writing, enum query query, int64_t id)
{
    sqlite3_stmt *delete = database_statement(writing->database, query);

    if (!delete)
        return database_error(writing->database);
    (void)sqlite3_bind_int64(delete, 1, id);
    return database_finish(writing->database, delete);
}

static int bind_identity(sqlite3_stmt *find, int64_t machine, const struct record *record,
                         const char *key)
{
    (void)sqlite3_bind_int64(find, 1, schema_is_raw(record->kind));
    (void)sqlite3_bind_int64(find, 2, record->wall_ns);
    (void)sqlite3_bind_int64(find, 3, machine);
    (void)sqlite3_bind_int64(find, 4, (int64_t)record->kind);
    (void)sqlite3_bind_int64(find, 5, record->path);
    return sqlite3_bind_text(find, 6, key, -1, SQLITE_STATIC);
}

/*
 * A row of the same identity makes way when it says something else: the newer one is owed
 * under its own id. When it says the same (produced again after a restart) it stays.
 * Returns 1 when it stays.
 */
static int make_way(struct writing *writing, const struct record *record, int64_t machine)
{
    bool is_archive = record->kind == RECORD_ARCHIVE;
    sqlite3_stmt *find = database_statement(
        writing->database, is_archive ? QUERY_FIND_ARCHIVED : QUERY_FIND_RECORD);

    if (!find)
        return database_error(writing->database);
    (void)bind_identity(find, machine, record, writing->key.data);
    int result = database_step(writing->database, find);
    if (result <= 0)
        return result;

    const struct book_row row = {
        .id = sqlite3_column_int64(find, 0),
        .kind = record->kind,
        .sum = {1, sqlite3_column_int64(find, 1), sqlite3_column_int64(find, 2)},
    };
    bool is_same = strcmp(database_text(find, 3), writing->body.data) == 0;
    (void)sqlite3_reset(find);
    (void)sqlite3_clear_bindings(find);
    if (is_same)
        return 1;
    if (is_archive)
        return delete_row(writing, QUERY_DELETE_ARCHIVED, row.id);
    book_replace(writing->book, &row);
    int error = letters_supersede(writing, row.id);
    return error ? error : delete_row(writing, QUERY_DELETE_RECORD, row.id);
}

static int add_row(struct writing *writing, const struct job *job, int64_t machine)
{
    const struct record *record = job->record;
    sqlite3_stmt *add = database_statement(
        writing->database,
        record->kind == RECORD_ARCHIVE ? QUERY_ADD_ARCHIVED : QUERY_ADD_RECORD);
    const struct book_row row = {
        .id = job->id,
        .kind = record->kind,
        .sum = {1, weigh(record), (int64_t)writing->body.length},
    };

    if (!add)
        return database_error(writing->database);
    (void)sqlite3_bind_int64(add, 1, job->id);
    (void)sqlite3_bind_int64(add, 2, (int64_t)record->kind);
    (void)sqlite3_bind_int64(add, 3, machine);
    (void)sqlite3_bind_int64(add, 4, record->path);
    (void)sqlite3_bind_int64(add, 5, record->wall_ns);
    (void)sqlite3_bind_text(add, 6, writing->key.data, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(add, 7, row.sum.values);
    (void)sqlite3_bind_int64(add, 8, row.sum.bytes);
    (void)sqlite3_bind_text(add, 9, writing->body.data, -1, SQLITE_STATIC);
    int error = database_finish(writing->database, add);
    if (!error)
        book_owe(writing->book, &row);
    return error;
}

static int append(struct writing *writing, const struct job *job)
{
    int64_t machine = 0;

    text_clear(&writing->body);
    record_print_body(job->record, &writing->body);
    print_key(job->record, &writing->key);
    if (writing->body.failed || writing->key.failed)
        return -ENOMEM;
    if (job->id > writing->last_id)
        writing->last_id = job->id;

    int error = find_machine(writing, job->record->machine, &machine);
    if (error)
        return error;
    int result = make_way(writing, job->record, machine);
    return result != 0 ? (result < 0 ? result : 0) : add_row(writing, job, machine);
}

static int save_snapshot(struct writing *writing, const struct job *job)
{
    const struct snapshot_job *snapshot = &job->snapshot;
    sqlite3_stmt *save = database_statement(writing->database, QUERY_SAVE_SNAPSHOT);
    void *packed = NULL;
    size_t length = 0;

    if (!save)
        return database_error(writing->database);
    if (snapshot->body &&
        squeeze_pack(snapshot->body, snapshot->length, &packed, &length))
        return -ENOMEM;
    (void)sqlite3_bind_text(save, 1, job->text, -1, SQLITE_STATIC);
    if (packed)
        (void)sqlite3_bind_blob64(save, 2, packed, length, SQLITE_STATIC);
    (void)sqlite3_bind_text(save, 3, snapshot->positions, -1, SQLITE_STATIC);
    int error = database_finish(writing->database, save);
    free(packed);
    return error;
}

static void keep_answer(struct writing *writing, struct answer *answer)
{
    answer->next = writing->answers;
    writing->answers = answer;
}

struct ids_answer {
    struct answer answer;
    struct ranges ids;
    int64_t number; /* the last id, or how many */
    void *owner;
    store_enlisted on_enlisted;
    store_letters_done on_done;
};

static void deliver_ids(struct answer *answer)
{
    struct ids_answer *ids = (struct ids_answer *)answer;

    if (ids->on_enlisted)
        ids->on_enlisted(ids->owner, &ids->ids, ids->number);
    if (ids->on_done)
        ids->on_done(ids->owner, &ids->ids, ids->number);
    ranges_done(&ids->ids);
    free(ids);
}

static void forget_ids(struct answer *answer)
{
    ranges_done(&((struct ids_answer *)answer)->ids);
    free(answer);
}

static int enlist(struct writing *writing, const struct job *job)
{
    const struct enlist_job *enlisting = &job->enlist;
    struct ids_answer *answer = calloc(1, sizeof(*answer));

    if (!answer)
        return -ENOMEM;
    *answer = (struct ids_answer){
        .answer.deliver = deliver_ids,
        .number = writing->last_id,
        .owner = enlisting->owner,
        .on_enlisted = enlisting->on_enlisted,
    };
    int error = book_enlist(writing->book, writing->database, enlisting->sink, job->text,
                            enlisting->kinds, writing->last_id);
    if (!error)
        error = ranges_copy(&answer->ids,
                            &writing->book->entries[enlisting->sink].acknowledged);
    if (error)
        forget_ids(&answer->answer);
    else
        keep_answer(writing, &answer->answer);
    return error;
}

static int settle_letters(struct writing *writing, const struct job *job)
{
    struct ids_answer *answer = calloc(1, sizeof(*answer));

    if (!answer)
        return -ENOMEM;
    answer->answer.deliver = deliver_ids;
    answer->owner = job->letters.owner;
    answer->on_done = job->letters.on_done;
    int error = letters_settle(writing, &job->letters, &answer->ids, &answer->number);
    if (error)
        forget_ids(&answer->answer);
    else
        keep_answer(writing, &answer->answer);
    return error;
}

int writing_apply(struct writing *writing, const struct job *job)
{
    switch (job->kind) {
    case JOB_APPEND:
        return append(writing, job);
    case JOB_SNAPSHOT:
        return save_snapshot(writing, job);
    case JOB_ENLIST:
        return enlist(writing, job);
    case JOB_ACKNOWLEDGE:
        return book_settle(writing->book, writing->database, job->acknowledge.sink,
                           &job->acknowledge.ids, job->acknowledge.account);
    case JOB_REFUSE:
        return letters_refuse(writing, job);
    case JOB_LETTERS:
        return settle_letters(writing, job);
    case JOB_RELEASE:
        return 0;
    case JOB_TURN_AWAY:
        book_turn_away(writing->book, job->turn_away.kind, job->turn_away.values,
                       job->turn_away.account);
        return 0;
    }
    return -EINVAL;
}

void writing_forget_answers(struct writing *writing)
{
    while (writing->answers) {
        struct answer *answer = writing->answers;
        writing->answers = answer->next;
        forget_ids(answer);
    }
}

/* In the order of the jobs. */
void writing_give_answers(struct writing *writing, struct mailbox *mailbox)
{
    struct answer *in_order = NULL;

    while (writing->answers) {
        struct answer *answer = writing->answers;
        writing->answers = answer->next;
        answer->next = in_order;
        in_order = answer;
    }
    while (in_order) {
        struct answer *next = in_order->next;
        mail_answer(mailbox, in_order);
        in_order = next;
    }
}
