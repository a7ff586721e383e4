/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead letters: what a destination refused, with its words, until a person decides.
 * Inside the group's transaction. Store thread.
 */
#pragma once

#include "daemon/store/writing.h"

int letters_refuse(struct writing *writing, const struct job *job);

/* Adds the ids that are owed again to `ids`, and how many letters went to `count`. */
int letters_settle(struct writing *writing, const struct letters_job *letters,
                   struct ranges *ids, int64_t *count);
