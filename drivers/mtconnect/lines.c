/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/lines.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROOM = 4096
};

static void keep(struct lines *lines, const char *bytes, size_t count)
{
    size_t needed = lines->length + count + 1;
    size_t wanted = lines->capacity ? lines->capacity : FIRST_ROOM;

    while (wanted < needed)
        wanted *= 2;
    if (needed > LINES_LENGTH_MAX) {
        lines->is_skipping = true;
        return;
    }
    if (wanted != lines->capacity) {
        char *larger = realloc(lines->data, wanted);
        lines->is_skipping = !larger;
        if (!larger)
            return;
        lines->data = larger;
        lines->capacity = wanted;
    }
    memcpy(lines->data + lines->length, bytes, count);
    lines->length += count;
}

static void end_line(struct lines *lines, const struct lines_sink *sink)
{
    bool is_whole = !lines->is_skipping && lines->data;

    if (is_whole) {
        if (lines->length && lines->data[lines->length - 1] == '\r')
            lines->length--;
        lines->data[lines->length] = '\0';
    }
    lines_reset(lines);
    sink->on_line(sink->owner, is_whole ? lines->data : NULL);
}

void lines_feed(struct lines *lines, const char *bytes, size_t count,
                const struct lines_sink *sink)
{
    while (count) {
        const char *end = memchr(bytes, '\n', count);
        size_t piece = end ? (size_t)(end - bytes) : count;

        if (!lines->is_skipping)
            keep(lines, bytes, piece);
        if (!end)
            return;
        end_line(lines, sink);
        bytes += piece + 1;
        count -= piece + 1;
    }
}

void lines_reset(struct lines *lines)
{
    lines->length = 0;
    lines->is_skipping = false;
}

void lines_done(struct lines *lines)
{
    free(lines->data);
    *lines = (struct lines){0};
}
