/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file's tables, in numbered migrations (PRAGMA user_version), and a view for each
 * measurement made from record_layouts. docs/store.md describes them.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/store/database.h"

#define SCHEMA_APPLICATION_ID 0x73706e64 /* "spnd" */

/*
 * Rows are written where time stands: raw values and all others have the end of one index
 * each, so that a commit with rows of a hundred machines writes its last page, not a page
 * for each. By machine and kind, a series, records are found through the table `place`,
 * which placing.h fills later, many at once.
 */
#define SCHEMA_SERIES(machine, kind) "(" machine " * 64 + " kind ")"
#define SCHEMA_NONE                  "9223372036854775807" /* oldest_ns: all are placed */
#define SCHEMA_RAW(kind)             "(" kind " IN (13, 16))"
int64_t schema_series(int64_t machine, enum record_kind kind);
bool schema_is_raw(enum record_kind kind);

/* Brings a fresh or older file up to this version, in one transaction. */
int schema_apply(struct database *database);

/* The version of the newest migration this program knows. */
int schema_version(void);
