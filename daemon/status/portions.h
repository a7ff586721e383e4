/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long answers about what there is now, made a little in each turn of the loop, so that
 * five hundred machines on a page hold nobody up. Answers are made one after the other,
 * each for all who asked before it was begun: a reader finds in it what was done before
 * the question. A portion is of one moment; those of one answer may be some turns apart.
 * Loop thread.
 */
#pragma once

#include "daemon/loop/slices.h"
#include "daemon/status/server.h"

#include <stdint.h>

/* What a long answer is made of. `source` is the asker's. */
struct portion_kind {
    const char *content_type;

    /* Appends portion `number`, from 0; false when it was the last. */
    bool (*print)(const void *source, size_t number, struct text *text);

    /* Another value says that portions no longer mean the same: the answer is begun
     * anew. It has to stay the same for long enough to make one. */
    uint64_t (*version)(const void *source);
};

struct portion_order;

struct portions {
    struct slices slices;
    struct portion_order *first;
    void *owner;
    void (*closed)(void *owner);
};

void portions_init(struct portions *portions, uv_loop_t *loop);

/* Holds the request and answers it in one of the turns that follow. */
void portions_serve(struct portions *portions, struct request *request,
                    const struct portion_kind *kind, const void *source);

/* Serves nobody any more. Requests that wait end with their server. */
void portions_close(struct portions *portions, void *owner, void (*closed)(void *owner));
