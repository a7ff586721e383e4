/* SPDX-License-Identifier: Apache-2.0 */
/* What store.c, fetch.c and history.c share of the store's loop side. */
#pragma once

#include "daemon/store/reader.h"
#include "daemon/store/writer.h"

struct store {
    struct store_site site;
    struct writer writer;
    struct reader couriers; /* answers store_fetch() */
    struct reader people;   /* answers history and dead letters */
    struct view view;       /* the loop's own, for store_load() */
    struct mailbox *mailbox;
    struct board board;
    int64_t next_id;
    char sink_names[STORE_SINKS_MAX][RECORD_NAME_MAX];
    int sink_count;
    int threads_left;
    bool is_closing;
    int holds;           /* store_hold() without its store_release() */
    struct job *release; /* made by the first hold, so that releasing cannot fail */
    bool has_held;       /* something was put since */
    int64_t turned_away[RECORD_KIND_COUNT]; /* at the door, not told to the thread yet */
    enum ledger_account turned_away_as;
};

/* To the store thread; inside a hold, marked so. As inbox_put(). */
int store_put(struct store *store, struct job *job, size_t max_bytes);
