/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the store thread leaves the file for the refuge, and when it comes home. Store
 * thread, or before it runs.
 */
#pragma once

#include "daemon/store/refuge.h"
#include "daemon/store/writer.h"

/*
 * At the start, after the file could not be opened with `error`. Returns 0 in the refuge,
 * or `error` when it is not the disk's, or there is no refuge.
 */
int retreat_begin(struct writer *writer, int error, int64_t floor_id,
                  struct rescue *rescue);

/* At the start, with the file open: brings home what a kill has left in the refuge. */
int retreat_resume(struct writer *writer, bool was_damaged);

/* While running. Returns 0, or a negative errno when it is there already or cannot. */
int retreat_enter(struct writer *writer);

/* Tries the file again; goes on waiting, longer each time, when it does not work yet. */
void retreat_end(struct writer *writer, int64_t now_ns);

/* Bytes that the rows may take where they are now. */
int64_t retreat_limit(const struct writer *writer);
