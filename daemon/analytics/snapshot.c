/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/snapshot.h"

#include "daemon/base/sparse.h"

#include <errno.h>
#include <string.h>

#define MAGIC    UINT32_C(0x544b5053) /* "SPKT" */
#define PLAIN    1                    /* parts as they stand; read, no longer written */
#define PACKED   2
#define PART_MAX (16U << 20) /* bytes of a part; far more than any analytic has */

struct snapshot_header {
    uint32_t magic, version;
};

/* Its name, how many bytes follow, the bytes. */
struct part_header {
    char name[16];
    uint64_t length;
};

void snapshot_begin(struct text *text)
{
    const struct snapshot_header header = {MAGIC, PACKED};

    text_add_bytes(text, (const char *)&header, sizeof(header));
}

size_t snapshot_begin_part(struct text *text, const char *name)
{
    static const char room[SPARSE_ROOM];
    struct part_header header = {.length = 0};
    size_t at = text->length;

    (void)text_copy(header.name, sizeof(header.name), name);
    text_add_bytes(text, (const char *)&header, sizeof(header));
    text_add_bytes(text, room, sizeof(room));
    return at;
}

void snapshot_finish_part(struct text *text, size_t at)
{
    struct part_header header;

    if (text->failed)
        return;
    sparse_pack(text, at + sizeof(header));
    memcpy(&header, text->data + at, sizeof(header));
    header.length = text->length - at - sizeof(header);
    memcpy(text->data + at, &header, sizeof(header));
}

int snapshot_open(struct snapshot *snapshot, const void *bytes, size_t length)
{
    struct snapshot_header header;

    if (length < sizeof(header))
        return -EPROTO;
    memcpy(&header, bytes, sizeof(header));
    if (header.magic != MAGIC || (header.version != PLAIN && header.version != PACKED))
        return -EPROTO;
    *snapshot = (struct snapshot){.bytes = (const char *)bytes + sizeof(header),
                                  .length = length - sizeof(header),
                                  .is_packed = header.version == PACKED};
    text_init_heap(&snapshot->part);
    return 0;
}

void snapshot_close(struct snapshot *snapshot)
{
    text_done(&snapshot->part);
}

/* The part called `name`; NULL when the snapshot has none or is cut. */
static const char *find_part(const struct snapshot *snapshot, const char *name,
                             size_t *ret_length)
{
    struct part_header header;

    for (size_t at = 0; at + sizeof(header) <= snapshot->length;) {
        memcpy(&header, snapshot->bytes + at, sizeof(header));
        at += sizeof(header);
        if (header.length > snapshot->length - at)
            return NULL;
        if (strncmp(header.name, name, sizeof(header.name)) == 0) {
            *ret_length = header.length;
            return snapshot->bytes + at;
        }
        at += header.length;
    }
    return NULL;
}

const char *snapshot_part(struct snapshot *snapshot, const char *name, size_t *ret_length)
{
    size_t length = 0;
    const char *part = find_part(snapshot, name, &length);

    if (part && snapshot->is_packed) {
        text_clear(&snapshot->part);
        if (sparse_unpack(part, length, PART_MAX, &snapshot->part) ||
            snapshot->part.failed)
            return NULL;
        part = snapshot->part.data;
        length = snapshot->part.length;
    }
    *ret_length = length;
    return part;
}
