/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/gzip.h"

#include <errno.h>

#define ZLIB_CONST /* the input is borrowed */
#include <zlib.h>

enum {
    WINDOW_GZIP = 15 + 16,
    MEMORY_LEVEL = 8,
    CHUNK = 16 * 1024,
};

int gzip_pack(const struct text *plain, struct text *packed)
{
    z_stream stream = {.next_in = (const Bytef *)plain->data,
                       .avail_in = (uInt)plain->length};
    char chunk[CHUNK];
    int result;

    text_clear(packed);
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    do {
        stream.next_out = (Bytef *)chunk;
        stream.avail_out = sizeof(chunk);
        result = deflate(&stream, Z_FINISH);
        text_add_bytes(packed, chunk, sizeof(chunk) - stream.avail_out);
    } while (result == Z_OK);
    (void)deflateEnd(&stream);
    return result == Z_STREAM_END && !packed->failed ? 0 : -ENOMEM;
}
