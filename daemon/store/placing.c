/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/placing.h"

#include "daemon/base/moment.h"
#include "daemon/store/schema.h"

#define WAITING_MAX 16384
#define SPAN_MAX_NS (2 * NS_PER_HOUR) /* history reads the index of so much time */

#define WAITING                                                            \
    " FROM record WHERE raw=0 AND wall_ns>=(SELECT oldest_ns FROM placed)" \
    " AND id>(SELECT up_to FROM placed)"

static const char place_all[] = "INSERT OR IGNORE INTO place SELECT " SCHEMA_SERIES(
    "machine", "kind") ", wall_ns, id" WAITING " ORDER BY 1, 2, 3;"
                       "UPDATE placed SET oldest_ns=" SCHEMA_NONE ","
                       " up_to=max(up_to, (SELECT coalesce(max(id),0) FROM record))";

int placing_do(struct database *database)
{
    int error = database_run(database, "BEGIN IMMEDIATE");

    if (!error)
        error = database_run(database, place_all);
    if (!error)
        error = database_run(database, "COMMIT");
    if (error)
        (void)database_run(database, "ROLLBACK");
    return error;
}

int placing_look(struct database *database)
{
    int64_t waiting = database_ask(database, "SELECT count(*)" WAITING, 0);
    int64_t span_ns =
        database_ask(database, "SELECT max(wall_ns)-min(wall_ns)" WAITING, 0);

    return waiting < WAITING_MAX && span_ns <= SPAN_MAX_NS ? 0 : placing_do(database);
}
