/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compositions of one device by their ids, while its document is read: data items
 * name them before they are declared. Pure but for memory.
 */
#pragma once

#include <stddef.h>

struct composition {
    char *id, *type;
};

struct compositions {
    struct composition *items;
    size_t count, capacity;
};

/* Returns 0 or -ENOMEM. */
int compositions_add(struct compositions *compositions, const char *id, const char *type);

/* "" when there is none of that id. */
const char *compositions_type(const struct compositions *compositions, const char *id);

/* Forgets all of them; the memory of the list stays for the next device. */
void compositions_clear(struct compositions *compositions);
void compositions_done(struct compositions *compositions);
