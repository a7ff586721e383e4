/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second, small database in memory (a file of a tmpfs) for as long as the real one
 * cannot be written: polling, live delivery and the ledgers go on. What it holds is
 * brought home when the disk works again, also after a kill in between. Store thread, or
 * before the loop runs.
 */
#pragma once

#include "daemon/store/database.h"

#define REFUGE_BYTES \
    INT64_C(16777216) /* of rows; beyond, the oldest go as in any store */

/*
 * Where the refuge of the store at `path` is: in $RUNTIME_DIRECTORY, else in a folder of
 * this user's own under /dev/shm. Returns 0 or a negative errno when there is no place.
 */
int refuge_name(const char *path, char ret_name[512]);

bool refuge_exists(const char *name);

/*
 * Opens, or creates. `continues`: a new one whose ledgers go on from the real store's;
 * otherwise those of both are added up in the end. All rows have ids from `first_id` on.
 */
int refuge_open(const char *name, bool continues, int64_t first_id,
                struct database *ret_database);

/*
 * Copies rows, dead letters, snapshots and ledgers into `home`, in one transaction and,
 * however often it is asked, once. `was_damaged`: the rows that were pending at home are
 * lost; otherwise those that are no longer owed were delivered.
 */
int refuge_bring_home(struct database *home, const char *name, bool was_damaged);

void refuge_remove(const char *name);
