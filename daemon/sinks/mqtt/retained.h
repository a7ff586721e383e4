/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which record was last retained under each topic, so that a replayed older one does not
 * take its place. Bounded: when crowded, the topic that changed longest ago is forgotten,
 * and a replay may then retain an old value until the next new one. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    RETAINED_TOPICS = 8192,
};

struct retained {
    uint64_t topics[RETAINED_TOPICS]; /* hashes; 0 = free */
    int64_t seqs[RETAINED_TOPICS];
};

/* Is `seq` at least as new as what stands under `topic`? Then it stands there now. */
bool retained_accept(struct retained *retained, const char *topic, int64_t seq);
