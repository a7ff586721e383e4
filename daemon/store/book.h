/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sinks as the store thread keeps them: which kinds each is owed, what it has
 * acknowledged, its ledger. Saved in the transaction of the rows they count; loaded anew
 * when that transaction did not come about. Store thread.
 */
#pragma once

#include "daemon/store/database.h"
#include "daemon/store/ledger.h"
#include "daemon/store/ranges.h"
#include "daemon/store/spool.h"

struct book_entry {
    char name[RECORD_NAME_MAX]; /* "" = this number is free */
    uint32_t kinds;
    struct ranges acknowledged;
    struct ledger ledger;
    bool is_dirty;
};

struct book {
    struct book_entry entries[STORE_SINKS_MAX];
    size_t count;     /* one past the greatest number in use */
    bool others_away; /* sinks no longer configured have been marked */
};

void book_done(struct book *book);

/* To go back to, when a transaction did not come about. Returns 0 or -ENOMEM. */
int book_copy(struct book *book, const struct book *from);

struct book_row {
    int64_t id;
    enum record_kind kind;
    struct ledger_sum sum;
};

/* `last_id`: the newest row there is. */
int book_enlist(struct book *book, struct database *database, int sink, const char *name,
                uint32_t kinds, int64_t last_id);

/* A row was added; goes; is replaced by a newer one that says the same. */
void book_owe(struct book *book, const struct book_row *row);
void book_drop(struct book *book, const struct book_row *row,
               enum ledger_account account);
void book_replace(struct book *book, const struct book_row *row);

/* Values that never became rows. */
void book_turn_away(struct book *book, enum record_kind kind, int64_t values,
                    enum ledger_account account);

int book_settle(struct book *book, struct database *database, int sink,
                const struct range *ids, enum ledger_account account);

/* A dead letter is owed again. */
int book_owe_again(struct book *book, int sink, const struct book_row *row);

/* Is the row there and of a kind this sink wants? `ret_sum` has 1 row or none. */
int book_count_row(struct book *book, struct database *database, int sink, int64_t id,
                   struct ledger_sum *ret_sum);

/* The file is gone with all that was pending; `last_id` is the newest id given. */
int book_start_over(struct book *book, int64_t last_id);

int book_save(struct book *book, struct database *database, int64_t first_new_id);

/* All of it is to be saved, in another file. */
void book_touch(struct book *book);

/* What the file says of the sinks that have enlisted. */
int book_reload(struct book *book, struct database *database);

/* Up to here every sink has everything; INT64_MAX without sinks. */
int64_t book_floor(const struct book *book);

/* A sink by itself. Loading returns 1 when the file knows it, 0 when it does not. */
int book_load_entry(struct book_entry *entry, struct database *database,
                    uint32_t *ret_kinds, int64_t *ret_away_id);
int book_save_entry(struct book_entry *entry, struct database *database);

/* What of `ids` this sink is owed and has not acknowledged. */
int book_sum_entry(const struct book_entry *entry, struct database *database,
                   const struct range *ids, struct ledger_sum *ret_sum);

/* Inside a transaction of `home`, whose rows are those of both: what `away` says of its
 * sinks; see refuge.h. */
int book_merge(struct database *home, struct database *away, bool was_damaged);
