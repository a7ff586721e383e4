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
 * Rows are found by series and time. A machine's records of one kind are a series; raw
 * values of all machines together are one, so that a commit with values of a hundred
 * machines writes the end of one index, not a page for each machine.
 */
#define SCHEMA_SERIES(machine, kind)                                                     \
    "(CASE WHEN " kind " IN (13, 16) THEN -" kind " ELSE " machine " * 64 + " kind " EN" \
    "D)"
int64_t schema_series(int64_t machine, enum record_kind kind);

/* Brings a fresh or older file up to this version, in one transaction. */
int schema_apply(struct database *database);

/* The version of the newest migration this program knows. */
int schema_version(void);
