/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/request_body.h"

static size_t count_lines(const struct text *body)
{
    size_t count = 0;

    for (size_t i = 0; i < body->length; i++)
        count += body->data[i] == '\n';
    return count;
}

int request_body_fill(const struct batch *batch, size_t limit, size_t *next,
                      struct text *body, size_t *ret_lines)
{
    bool is_first = *next == 0;

    text_clear(body);
    while (*next < batch->count && body->length < limit) {
        const struct rendering *row = &batch->renderings[*next];
        if (row->result < 0)
            return row->result;
        text_add_bytes(body, row->bytes, row->length);
        ++*next;
    }
    bool is_whole = is_first && *next == batch->count;
    *ret_lines = is_whole ? count_lines(body) : 0;
    return 0;
}
