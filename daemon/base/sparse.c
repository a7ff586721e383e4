/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/sparse.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define WORTH 16 /* zeros; fewer are cheaper as they stand */

struct run {
    uint32_t bytes, zeros;
};

_Static_assert(SPARSE_ROOM == sizeof(struct run), "room for the first run");

static size_t count_zeros(const char *bytes, size_t length)
{
    size_t count = 0;
    uint64_t word;

    for (; count + sizeof(word) <= length; count += sizeof(word)) {
        memcpy(&word, bytes + count, sizeof(word));
        if (word != 0)
            break;
    }
    while (count < length && bytes[count] == 0)
        count++;
    return count;
}

static struct run next_run(const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        const char *zero = memchr(bytes + at, 0, length - at);
        size_t start = zero ? (size_t)(zero - bytes) : length;
        size_t zeros = count_zeros(bytes + start, length - start);
        if (zeros >= WORTH || start + zeros == length)
            return (struct run){(uint32_t)start, (uint32_t)zeros};
        at = start + zeros;
    }
    return (struct run){(uint32_t)length, 0};
}

/* A run takes SPARSE_ROOM bytes and saves WORTH: what is written never overtakes what is
 * read. */
void sparse_pack(struct text *text, size_t at)
{
    if (text->failed)
        return;
    assert(text->length >= at + SPARSE_ROOM);

    for (size_t from = at + SPARSE_ROOM; from < text->length;) {
        struct run run = next_run(text->data + from, text->length - from);
        memmove(text->data + at + sizeof(run), text->data + from, run.bytes);
        memcpy(text->data + at, &run, sizeof(run));
        at += sizeof(run) + run.bytes;
        from += (size_t)run.bytes + run.zeros;
    }
    text->length = at;
    text->data[at] = '\0';
}

int sparse_unpack(const char *bytes, size_t length, size_t most, struct text *text)
{
    static const char zeros[256];

    while (length > 0) {
        struct run run;
        if (length < sizeof(run))
            return -EPROTO;
        memcpy(&run, bytes, sizeof(run));
        length -= sizeof(run);
        if (run.bytes > length || (size_t)run.bytes + run.zeros > most)
            return -EPROTO;
        text_add_bytes(text, bytes + sizeof(run), run.bytes);
        for (size_t left = run.zeros; left > 0;) {
            size_t piece = left < sizeof(zeros) ? left : sizeof(zeros);
            text_add_bytes(text, zeros, piece);
            left -= piece;
        }
        bytes += sizeof(run) + run.bytes;
        length -= run.bytes;
        most -= (size_t)run.bytes + run.zeros;
    }
    return 0;
}
