/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead letters: what a destination refused, with its words, until a person decides.
 * Inside the group's transaction. Store thread.
 */
#pragma once

#include "daemon/store/writing.h"

int letters_refuse(struct writing *writing, const struct job *job);

/* The oldest beyond ten thousand of a sink go; a search through all of them, so not with
 * every refusal. */
int letters_trim(struct database *database, const struct book *book);

/* A correction took the row's place: what was refused no longer counts, the correction is
 * owed by itself. */
int letters_supersede(struct writing *writing, int64_t id);

/* Adds the ids that are owed again to `ids`, and how many letters went to `count`. */
int letters_settle(struct writing *writing, const struct letters_job *letters,
                   struct ranges *ids, int64_t *count);
