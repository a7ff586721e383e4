/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes when the history is old or the file is full. Small steps, each a transaction
 * of its own, so that appending never waits long. Store thread.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/store/book.h"
#include "daemon/store/store.h"

/*
 * The time that age is judged by. A clock that jumps forward would make everything old at
 * once: the new time is believed after it has held for a day. Pure.
 */
struct age_clock {
    struct moment last; /* believed */
    int64_t
        doubted_ns; /* monotonic, since when the clock says otherwise; 0 = it does not */
};

/* `newest_wall_ns` is the newest row's time, 0 = none: a clock that is more than a day
 * ahead of it is doubted, too. */
void age_clock_init(struct age_clock *clock, struct moment now, int64_t newest_wall_ns);
int64_t age_clock_read(struct age_clock *clock, struct moment now);

/*
 * Deletes what is older than keep, keep_signals. Returns how many rows went in this step
 * (call again while there are some), or database_error().
 */
int retention_age(struct database *database, struct book *book,
                  const struct store_options *options, int64_t wall_ns);

/* Bytes of the file, and those of them that hold something; freed pages are used again,
 * not given back. */
int64_t retention_size(struct database *database);
int64_t retention_used(struct database *database);

/* One step's worth of raw values that nobody is owed any more; as retention_shrink(). */
int retention_shrink_raw(struct database *database, struct book *book, int64_t newest_id);

/*
 * Deletes one step's worth: the oldest archive rows, then raw signals, then records that
 * every sink has, and what is not yet delivered last. `newest_id` always stays. Returns
 * as retention_age(); 0 when there is nothing left to delete.
 */
int retention_shrink(struct database *database, struct book *book, int64_t newest_id,
                     enum ledger_account account);
