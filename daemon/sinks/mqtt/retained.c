/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/retained.h"

#include <stddef.h>

#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

enum {
    PROBES = 16,
};

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv; never 0. */
static uint64_t hash(const char *topic)
{
    uint64_t value = FNV_START;

    for (; *topic; topic++)
        value = (value ^ (unsigned char)*topic) * FNV_PRIME;
    return value ? value : 1;
}

bool retained_accept(struct retained *retained, const char *topic, int64_t seq)
{
    uint64_t wanted = hash(topic);
    size_t chosen = wanted % RETAINED_TOPICS;

    for (size_t i = 0; i < PROBES; i++) {
        size_t slot = (wanted + i) % RETAINED_TOPICS;
        if (retained->topics[slot] == wanted) {
            if (seq < retained->seqs[slot])
                return false;
            chosen = slot;
            break;
        }
        if (!retained->topics[slot]) {
            chosen = slot;
            break;
        }
        if (retained->seqs[slot] < retained->seqs[chosen])
            chosen = slot;
    }
    retained->topics[chosen] = wanted;
    retained->seqs[chosen] = seq;
    return true;
}
