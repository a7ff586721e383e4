/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/tape.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct tape_names {
    void *tree; /* of char *, by tsearch(3) */
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

int tape_names_create(struct tape_names **ret_names)
{
    struct tape_names *names = calloc(1, sizeof(*names));

    if (!names)
        return -ENOMEM;
    *ret_names = names;
    return 0;
}

void tape_names_destroy(struct tape_names *names)
{
    if (!names)
        return;
    tdestroy(names->tree, free);
    free(names);
}

const char *tape_names_keep(struct tape_names *names, const char *place)
{
    void *found = tfind(place, &names->tree, compare);

    if (!found) {
        char *kept = strdup(place);
        found = kept ? tsearch(kept, &names->tree, compare) : NULL;
        if (!found)
            free(kept);
    }
    return found ? *(char **)found : NULL;
}
