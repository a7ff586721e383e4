/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/pages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK 256 /* bytes that are compared at once */

static const char zeros[CHUNK];

/* A sanitizer watches the bounds of what the heap gives out and of nothing else. */
static const bool is_watched =
#ifdef __SANITIZE_ADDRESS__
    true;
#else
    false;
#endif

/* Stands before the block and keeps its alignment. */
union lead {
    size_t size;
    max_align_t alignment;
};

void *pages_take(size_t size)
{
    size_t whole = sizeof(union lead) + size;

    if (is_watched)
        return calloc(1, size);
    union lead *lead =
        mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (lead == MAP_FAILED)
        return NULL;
    lead->size = whole;
    return lead + 1;
}

void pages_free(void *block)
{
    if (is_watched) {
        free(block);
        return;
    }
    if (!block)
        return;
    union lead *lead = (union lead *)block - 1;
    (void)munmap(lead, lead->size);
}

void pages_copy(void *to, const void *from, size_t length)
{
    char *target = to;
    const char *source = from;

    for (size_t at = 0; at < length; at += CHUNK) {
        size_t size = length - at < CHUNK ? length - at : CHUNK;
        if (memcmp(target + at, source + at, size) != 0)
            memcpy(target + at, source + at, size);
    }
}

void pages_clear(void *block, size_t length)
{
    char *target = block;

    for (size_t at = 0; at < length; at += CHUNK) {
        size_t size = length - at < CHUNK ? length - at : CHUNK;
        if (memcmp(target + at, zeros, size) != 0)
            memset(target + at, 0, size);
    }
}
