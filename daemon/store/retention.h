/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes when the history is old or the file is full. Small steps, each a transaction
 * of its own, so that appending never waits long. Store thread.
 */
#pragma once

#include "daemon/store/book.h"
#include "daemon/store/store.h"

/*
 * Deletes what is older than keep, keep_signals. Returns how many rows went in this step
 * (call again while there are some), or database_error().
 */
int retention_age(struct database *database, struct book *book,
                  const struct store_options *options, int64_t wall_ns);

/* Bytes of the file that hold something; freed pages are used again, not given back. */
int64_t retention_used(struct database *database);

/*
 * Deletes one step's worth: the oldest archive rows, then raw signals, then records that
 * every sink has, and what is not yet delivered last. `newest_id` always stays. Returns
 * as retention_age(); 0 when there is nothing left to delete.
 */
int retention_shrink(struct database *database, struct book *book, int64_t newest_id,
                     enum ledger_account account);
