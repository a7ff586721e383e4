/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file's tables, in numbered migrations (PRAGMA user_version), and a view for each
 * measurement made from record_layouts. docs/store.md describes them.
 */
#pragma once

#include "daemon/store/database.h"

#define SCHEMA_APPLICATION_ID 0x73706e64 /* "spnd" */

/* Brings a fresh or older file up to this version, in one transaction. */
int schema_apply(struct database *database);

/* The version of the newest migration this program knows. */
int schema_version(void);
