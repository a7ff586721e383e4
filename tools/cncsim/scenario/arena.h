/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is taken piece by piece and given back at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena_piece;

struct arena {
    struct arena_piece *pieces;
    bool failed; /* memory ran out */
};

/* Zeroed; NULL when memory ran out. */
void *arena_take(struct arena *arena, size_t size);

/* Returns 0 or -ENOMEM. */
int arena_copy(struct arena *arena, const char *string, char **ret_copy);

void arena_done(struct arena *arena);
