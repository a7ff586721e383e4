/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges and ledgers as the JSON that stands in the `sink` table. No clock, no I/O. */
#pragma once

#include "daemon/base/text.h"
#include "daemon/store/ledger.h"
#include "daemon/store/ranges.h"

void ranges_print(const struct ranges *ranges, struct text *text);
int ranges_read(const char *json, struct ranges *ranges);

void ledger_print(const struct ledger *ledger, struct text *text);
int ledger_read(const char *json, struct ledger *ret_ledger);
