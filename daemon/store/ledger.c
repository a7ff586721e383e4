/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/ledger.h"

const char *const ledger_names[LEDGER_ACCOUNTS + 1] = {
    [LEDGER_SAMPLED] = "sampled",
    [LEDGER_DELIVERED] = "delivered",
    [LEDGER_SENT_UNCONFIRMED] = "sent_unconfirmed",
    [LEDGER_DROPPED_SIZE] = "dropped.size",
    [LEDGER_DROPPED_AGE] = "dropped.age",
    [LEDGER_DROPPED_DISK] = "dropped.disk",
    [LEDGER_DROPPED_BUSY] = "dropped.busy",
    [LEDGER_DROPPED_RECONFIGURED] = "dropped.reconfigured",
    [LEDGER_LOST_REFUSED] = "lost.refused",
    [LEDGER_LOST_DAMAGED] = "lost.damaged",
};

static void take_pending(struct ledger *ledger, const struct ledger_sum *sum)
{
    ledger->pending -= sum->values;
    ledger->pending_rows -= sum->rows;
    ledger->pending_bytes -= sum->bytes;
}

void ledger_owe(struct ledger *ledger, const struct ledger_sum *sum)
{
    ledger->values[LEDGER_SAMPLED] += sum->values;
    ledger->pending += sum->values;
    ledger->pending_rows += sum->rows;
    ledger->pending_bytes += sum->bytes;
}

void ledger_settle(struct ledger *ledger, enum ledger_account account,
                   const struct ledger_sum *sum)
{
    take_pending(ledger, sum);
    ledger->values[account] += sum->values;
}

void ledger_replace(struct ledger *ledger, const struct ledger_sum *sum)
{
    take_pending(ledger, sum);
    ledger->values[LEDGER_SAMPLED] -= sum->values;
}

void ledger_turn_away(struct ledger *ledger, enum ledger_account account, int64_t values)
{
    ledger->values[LEDGER_SAMPLED] += values;
    ledger->values[account] += values;
}

static int64_t add_up(const struct ledger *ledger, enum ledger_account first,
                      enum ledger_account last)
{
    int64_t sum = 0;

    for (int account = (int)first; account <= (int)last; account++)
        sum += ledger->values[account];
    return sum;
}

int64_t ledger_dropped(const struct ledger *ledger)
{
    return add_up(ledger, LEDGER_DROPPED_SIZE, LEDGER_DROPPED_RECONFIGURED);
}

int64_t ledger_lost(const struct ledger *ledger)
{
    return add_up(ledger, LEDGER_LOST_REFUSED, LEDGER_LOST_DAMAGED);
}

bool ledger_closes(const struct ledger *ledger)
{
    return ledger->values[LEDGER_SAMPLED] ==
               add_up(ledger, LEDGER_DELIVERED, LEDGER_LOST_DAMAGED) + ledger->pending &&
           ledger->pending >= 0 && ledger->pending_rows >= 0 &&
           ledger->pending_bytes >= 0;
}
