/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a file that may be anything, and keeping some room for a full disk. Blocks:
 * before the loop runs, or on the store thread.
 */
#pragma once

#include "daemon/store/database.h"

struct rescue {
    bool set_aside;     /* the file that was there; a fresh one stands in its place */
    char sentence[256]; /* what happened, for people; "" when nothing did */
};

/*
 * Opens `path`, creating it and its folder. A file that is damaged, not SQLite, another
 * program's or a newer spindled's is renamed to <path>.corrupt-<UTC time> (or
 * .foreign-…) with its WAL, never deleted. Checks the pages for at most two seconds.
 */
int rescue_open(const char *path, int64_t wall_ns, struct database *ret_database,
                struct rescue *ret_rescue);

/* Renames the file, which nobody has open for writing any more. */
int rescue_set_aside(const char *path, const char *suffix, int64_t wall_ns,
                     char ret_name[512]);

/*
 * A full disk cannot even be drained: deleting needs room in the WAL. The ballast is a
 * file beside the store that is given up then, and made again when there is room for it
 * twice.
 */
int ballast_make(const char *path, int64_t bytes);
void ballast_drop(const char *path);
