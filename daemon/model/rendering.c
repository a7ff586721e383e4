/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/rendering.h"

#include <errno.h>
#include <stdlib.h>

int renderings_make(const struct record *records, size_t count, record_render render,
                    const struct place *place, struct renderings *ret_renderings)
{
    struct renderings made = {.items = calloc(count + 1, sizeof(*made.items))};
    const char *next;

    text_init_heap(&made.text);
    for (size_t i = 0; made.items && i < count; i++) {
        size_t before = made.text.length;
        made.items[i].result = render(&records[i], place, &made.text);
        made.items[i].length = made.text.length - before;
        if (made.items[i].result == -ENOMEM)
            renderings_done(&made); /* ends the loop, too */
    }
    if (!made.items)
        return -ENOMEM;

    next = made.text.data ? made.text.data : ""; /* stays where it is from now on */
    for (size_t i = 0; i < count; i++) {
        made.items[i].bytes = next;
        next += made.items[i].length;
    }
    *ret_renderings = made;
    return 0;
}

void renderings_done(struct renderings *renderings)
{
    free(renderings->items);
    text_done(&renderings->text);
    *renderings = (struct renderings){0};
}

const struct rendering *renderings_from(const struct renderings *renderings, size_t index)
{
    return renderings->items ? renderings->items + index : NULL;
}
