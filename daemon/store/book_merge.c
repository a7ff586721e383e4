/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/text.h"
#include "daemon/store/book.h"

#include <errno.h>
#include <stdlib.h>

static int add_ranges(struct ranges *ranges, const struct ranges *more)
{
    int error = 0;

    for (size_t i = 0; i < more->count && !error; i++)
        error = ranges_add(ranges, more->items[i].first, more->items[i].last);
    return error;
}

/* Two ledgers that began apart become one. */
static void add_ledger(struct ledger *ledger, const struct ledger *more)
{
    for (int account = 0; account < LEDGER_ACCOUNTS; account++)
        ledger->values[account] += more->values[account];
    ledger->pending += more->pending;
}

/*
 * What is pending is counted anew. What is less than the ledger says was acknowledged
 * while its row could not be reached, or was lost with the file.
 */
static int settle(struct book_entry *entry, struct database *home, bool was_damaged)
{
    struct ledger *ledger = &entry->ledger;
    struct ledger_sum sum;

    int error = book_sum_entry(entry, home, &(struct range){1, INT64_MAX - 1}, &sum);
    if (error)
        return error;
    int64_t gone = ledger->pending - sum.values;
    if (gone < 0)
        ledger->values[LEDGER_SAMPLED] -= gone;
    else
        ledger->values[was_damaged ? LEDGER_LOST_DAMAGED : LEDGER_DELIVERED] += gone;
    ledger->pending = sum.values;
    ledger->pending_rows = sum.rows;
    ledger->pending_bytes = sum.bytes;
    return 0;
}

struct merging {
    struct database *home, *away;
    int64_t first_id; /* of the rows there */
    bool continues, was_damaged;
    struct book_entry theirs, ours;
};

static int merge_entry(struct merging *merging)
{
    struct book_entry *theirs = &merging->theirs, *ours = &merging->ours;
    int64_t away_id;
    uint32_t kinds;

    int result = book_load_entry(theirs, merging->away, &theirs->kinds, &away_id);
    if (result <= 0)
        return result;
    (void)text_copy(ours->name, sizeof(ours->name), theirs->name);
    result = book_load_entry(ours, merging->home, &kinds, &away_id);
    if (result < 0)
        return result;
    if (result == 0) {
        ranges_clear(&ours->acknowledged);
        ours->ledger = (struct ledger){0};
    }
    ours->kinds = theirs->kinds;
    if (merging->continues)
        ours->ledger = theirs->ledger;
    else
        add_ledger(&ours->ledger, &theirs->ledger);
    int error = 0;
    if (!merging->continues && result > 0) /* there it was new and owed nothing older */
        error = ranges_remove(&theirs->acknowledged, 1, merging->first_id - 1);
    if (!error)
        error = add_ranges(&ours->acknowledged, &theirs->acknowledged);
    if (!error)
        error = settle(ours, merging->home, merging->was_damaged);
    return error ? error : book_save_entry(ours, merging->home);
}

int book_merge(struct database *home, struct database *away, bool was_damaged)
{
    struct merging *merging = calloc(1, sizeof(*merging));
    sqlite3_stmt *names = NULL;
    int result = 1, error = 0;

    if (!merging)
        return -ENOMEM;
    *merging = (struct merging){
        .home = home,
        .away = away,
        .first_id = database_ask(away, "SELECT first_id FROM refuge", 1),
        .continues = database_ask(away, "SELECT continues FROM refuge", 0) == 1,
        .was_damaged = was_damaged,
    };
    if (sqlite3_prepare_v2(away->handle, "SELECT name FROM sink", -1, &names, NULL) !=
        SQLITE_OK)
        error = database_error(away);
    while (!error && (result = database_step(away, names)) > 0) {
        (void)text_copy(merging->theirs.name, sizeof(merging->theirs.name),
                        database_text(names, 0));
        error = merge_entry(merging);
    }
    (void)sqlite3_finalize(names);
    ranges_done(&merging->theirs.acknowledged);
    ranges_done(&merging->ours.acknowledged);
    free(merging);
    return error ? error : result;
}
