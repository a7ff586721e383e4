/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/squeeze.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAGIC      UINT32_C(0x5a4b5053) /* "SPKZ" */
#define LENGTH_MAX (64 * 1024 * 1024)

struct header {
    uint32_t magic, length; /* of what was packed */
};

int squeeze_pack(const void *bytes, size_t length, void **ret_packed, size_t *ret_length)
{
    const struct header header = {MAGIC, (uint32_t)length};
    uLongf room = compressBound((uLong)length);
    unsigned char *packed =
        length > LENGTH_MAX ? NULL : malloc(sizeof(header) + (size_t)room);

    if (!packed)
        return -ENOMEM;
    memcpy(packed, &header, sizeof(header));
    if (compress2(packed + sizeof(header), &room, bytes, (uLong)length, Z_BEST_SPEED) !=
        Z_OK) {
        free(packed);
        return -ENOMEM;
    }
    *ret_packed = packed;
    *ret_length = sizeof(header) + (size_t)room;
    return 0;
}

int squeeze_unpack(const void *packed, size_t length, void **ret_bytes,
                   size_t *ret_length)
{
    const unsigned char *from = packed;
    struct header header = {0};

    if (length >= sizeof(header))
        memcpy(&header, packed, sizeof(header));
    bool is_packed = header.magic == MAGIC;
    uLongf room = is_packed ? header.length : (uLongf)length;
    if (room > LENGTH_MAX)
        return -EINVAL;

    void *bytes = malloc((size_t)room + 1);
    if (!bytes)
        return -ENOMEM;
    if (!is_packed)
        memcpy(bytes, packed, length);
    else if (uncompress(bytes, &room, from + sizeof(header),
                        (uLong)(length - sizeof(header))) != Z_OK ||
             room != header.length) {
        free(bytes);
        return -EINVAL;
    }
    *ret_bytes = bytes;
    *ret_length = (size_t)room;
    return 0;
}
