/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record as JSON for subscribers: t, run, seq, then the record's fields under the names
 * of line protocol; a code has its name beside it. What is not known is null. Pure.
 */
#pragma once

#include "daemon/model/record.h"

void payload_print(const struct record *record, bool is_backlog, struct text *text);
