/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/scenario/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct arena_piece {
    struct arena_piece *next;
    max_align_t memory[];
};

void *arena_take(struct arena *arena, size_t size)
{
    struct arena_piece *piece = calloc(1, sizeof(*piece) + size + 1);

    if (!piece) {
        arena->failed = true;
        return NULL;
    }
    piece->next = arena->pieces;
    arena->pieces = piece;
    return piece->memory;
}

int arena_copy(struct arena *arena, const char *string, char **ret_copy)
{
    size_t size = strlen(string) + 1;
    char *copy = arena_take(arena, size);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, string, size);
    *ret_copy = copy;
    return 0;
}

void arena_done(struct arena *arena)
{
    while (arena->pieces) {
        struct arena_piece *piece = arena->pieces;

        arena->pieces = piece->next;
        free(piece);
    }
}
