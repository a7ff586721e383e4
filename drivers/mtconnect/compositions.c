/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/compositions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int compositions_add(struct compositions *compositions, const char *id, const char *type)
{
    if (compositions->count == compositions->capacity) {
        size_t larger = compositions->capacity ? compositions->capacity * 2 : 16;
        struct composition *items =
            realloc(compositions->items, larger * sizeof(*compositions->items));
        if (!items)
            return -ENOMEM;
        compositions->items = items;
        compositions->capacity = larger;
    }

    struct composition *composition = &compositions->items[compositions->count++];
    *composition = (struct composition){.id = strdup(id), .type = strdup(type)};
    return composition->id && composition->type ? 0 : -ENOMEM;
}

const char *compositions_type(const struct compositions *compositions, const char *id)
{
    for (size_t i = 0; i < compositions->count; i++)
        if (strcmp(compositions->items[i].id, id) == 0)
            return compositions->items[i].type;
    return "";
}

void compositions_clear(struct compositions *compositions)
{
    for (size_t i = 0; i < compositions->count; i++) {
        free(compositions->items[i].id);
        free(compositions->items[i].type);
    }
    compositions->count = 0;
}

void compositions_done(struct compositions *compositions)
{
    compositions_clear(compositions);
    free(compositions->items);
}
