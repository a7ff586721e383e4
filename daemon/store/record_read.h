/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads back what record_print_body() wrote. No clock, no I/O.
 *
 * Exact: numbers are written in their shortest form that reads back as the same double.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/store/database.h"

/* What the columns of a row say. */
struct row_columns {
    enum record_kind kind;
    int64_t id, wall_ns, path;
    const char *machine;
};

/*
 * Returns 0, -EINVAL when it is not such an object, or -ENOMEM. `body` is written into:
 * packed.signals points into it and lives as long as it does. Members that columns say,
 * as older versions wrote them, are passed over.
 */
int record_read(const struct row_columns *columns, char *body, struct record *ret_record);

/*
 * Of a row selected by READ_COLUMNS, joined with `machine`; machine lives until the next
 * step, body until then as well.
 */
#define READ_COLUMNS "id, kind, wall_ns, path, machine.name, body"
struct row_columns record_columns(sqlite3_stmt *row);
const char *record_body(sqlite3_stmt *row);
