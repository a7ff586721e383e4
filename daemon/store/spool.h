/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as a spool: what is owed to each sink, what became of it, and what a
 * destination refused. Loop thread; every answer comes on the loop thread, once, later.
 */
#pragma once

#include "daemon/model/rendering.h"
#include "daemon/store/ledger.h"
#include "daemon/store/ranges.h"
#include "daemon/store/store.h"

#define STORE_SINKS_MAX 32

/* `acknowledged` is borrowed; ids up to `last_id` existed when the sink enlisted. */
typedef void (*store_enlisted)(void *owner, const struct ranges *acknowledged,
                               int64_t last_id);

/*
 * From here on, records of `kinds` (bits 1 << enum record_kind, never ARCHIVE) are owed
 * to the sink of this name. A name not seen before is owed nothing older; one that was
 * there before a restart is owed what it had not acknowledged. Returns the sink's
 * number, or -ENOSPC beyond STORE_SINKS_MAX, or -ENOMEM, and then never answers.
 */
int store_enlist(struct store *store, const char *name, uint32_t kinds, void *owner,
                 store_enlisted on_enlisted);

/*
 * While the file cannot be written, rows are kept in memory and only they can be fetched:
 * those from `first_id` on. When `version` has grown, enlist again: what was acknowledged
 * may be another set than was told.
 */
struct store_reach {
    int64_t first_id;
    int version;
};

void store_describe_reach(const struct store *store, struct store_reach *ret_reach);

struct store_fetch {
    int64_t first_id, last_id; /* inclusive; nothing beyond what stored() told */
    uint32_t kinds;
    size_t max_rows;
    size_t max_bytes;          /* of bodies; at least one row is fetched */
    record_render render;      /* reader's thread, for each row; NULL = none */
    const struct place *place; /* what it is given; lives until the answer */
};

struct fetched {
    struct record *records; /* in the order of their ids */
    size_t *sizes;          /* of the bodies */
    size_t count;
    int64_t scanned_id; /* up to here there is nothing else of these kinds */
    char *bodies;
    size_t body_bytes;
    struct renderings renderings; /* of the records, if it was asked for */
};

/* Takes `fetched` (NULL with an error, -EAGAIN beyond reach); free it with
 * fetched_destroy(). */
typedef void (*store_fetched)(void *owner, int error, struct fetched *fetched);

int store_fetch(struct store *store, const struct store_fetch *fetch, void *owner,
                store_fetched on_fetched);
void fetched_destroy(struct fetched *fetched);

/* All ids in first..last are settled; `account` DELIVERED or SENT_UNCONFIRMED. */
int store_acknowledge(struct store *store, int sink, int64_t first_id, int64_t last_id,
                      enum ledger_account account);

/* The row becomes a dead letter of this sink, with the destination's words. */
int store_refuse(struct store *store, int sink, int64_t id, const char *reason);

struct letter {
    int64_t id, wall_ns; /* of the record */
    int64_t at_ns;       /* when it was refused, UTC */
    const char *sink, *reason;
    const char *body; /* the record as JSON */
};

/* Appends the letter, the `number`th from 0, to the list. Reader thread, which has the
 * time for it. Pure; the letter is borrowed. */
typedef void (*store_letter_printer)(const struct letter *letter, size_t number,
                                     struct text *list);

/* Loop thread, once. What was printed; freed afterwards unless it was taken. */
typedef void (*store_letters)(void *owner, int error, struct text *list);

/* The newest first; `sink` NULL = of all sinks. */
int store_list_letters(struct store *store, const char *sink, size_t limit,
                       store_letter_printer print, void *owner, store_letters on_letters);

/* How many it concerned; `ids` says which, so that they can be sent again. */
typedef void (*store_letters_done)(void *owner, const struct ranges *ids, int64_t count);

enum letter_fate {
    LETTER_RETRY, /* owed again */
    LETTER_DROP,
};

/* `id` 0 = all of this sink. */
int store_settle_letters(struct store *store, int sink, int64_t id, enum letter_fate fate,
                         void *owner, store_letters_done on_done);

struct store_queue {
    struct ledger ledger;
    int64_t oldest_wall_ns; /* of what is owed; 0 when nothing is */
    int64_t letters;        /* dead letters waiting for a person */
};

/* As of the last commit, at most a second old for `oldest_wall_ns`. */
void store_describe_queue(const struct store *store, int sink,
                          struct store_queue *ret_queue);
