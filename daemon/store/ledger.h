/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of every value a sink is owed. Pure.
 *
 *     sampled = delivered + sent_unconfirmed + dropped(reason) + lost(reason) + pending
 *
 * holds exactly, at any moment and after any restart, because each step is committed in
 * the same transaction as the rows it counts. It counts values, not rows: a packed row
 * counts as many as are in it. A record written again before it was delivered takes the
 * place of the one before it and is not sampled twice; written again afterwards it is
 * owed, and sampled, again. So is a dead letter that a person sends again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ledger_account {
    LEDGER_SAMPLED,
    LEDGER_DELIVERED,
    LEDGER_SENT_UNCONFIRMED,     /* at QoS 0: nobody said that it arrived */
    LEDGER_DROPPED_SIZE,         /* the file reached max_size */
    LEDGER_DROPPED_AGE,          /* older than keep, keep_signals */
    LEDGER_DROPPED_DISK,         /* the disk was full */
    LEDGER_DROPPED_BUSY,         /* the store could not keep up */
    LEDGER_DROPPED_RECONFIGURED, /* the sink no longer wants this kind */
    LEDGER_LOST_REFUSED,         /* the destination refused it: a dead letter */
    LEDGER_LOST_DAMAGED,         /* was in a file that had to be set aside */
    LEDGER_ACCOUNTS,
};

/* "sampled", "delivered", …, "dropped.size", …, "lost.refused", …; ends with NULL. */
extern const char *const ledger_names[LEDGER_ACCOUNTS + 1];

struct ledger {
    int64_t values[LEDGER_ACCOUNTS];
    int64_t pending;       /* values that are owed and not settled */
    int64_t pending_rows;  /* the rows they are in */
    int64_t pending_bytes; /* of those rows */
};

/* Rows of one kind of fate, added up. */
struct ledger_sum {
    int64_t rows, values, bytes;
};

/* They are owed from now on. */
void ledger_owe(struct ledger *ledger, const struct ledger_sum *sum);

/* They were owed; `account` says what became of them. */
void ledger_settle(struct ledger *ledger, enum ledger_account account,
                   const struct ledger_sum *sum);

/* They were owed, and others that stand for the same will be. */
void ledger_replace(struct ledger *ledger, const struct ledger_sum *sum);

/* Never reached the spool: sampled and gone at once. */
void ledger_turn_away(struct ledger *ledger, enum ledger_account account, int64_t values);

int64_t ledger_dropped(const struct ledger *ledger);
int64_t ledger_lost(const struct ledger *ledger);
bool ledger_closes(const struct ledger *ledger);
