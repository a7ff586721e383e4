/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the history, answered by the reader thread. Loop thread.
 */
#pragma once

#include "daemon/store/store.h"

struct history_query {
    uint32_t kinds;        /* bits 1 << enum record_kind; 0 = all but archive */
    const char *machine;   /* NULL = all */
    int64_t from_wall_ns;  /* inclusive; INT64_MIN = from the beginning */
    int64_t until_wall_ns; /* exclusive; INT64_MAX = to the end */
    int64_t after_id;      /* only rows with a greater id */
    int64_t run_seq;       /* RECORD_UNKNOWN = any */
    size_t limit;          /* 0 = 1000 */
    bool newest_first;
};

/* Loop thread, once. Records are borrowed and in the order asked for. */
typedef void (*history_answer)(void *owner, int error, const struct record *records,
                               size_t count);

/* Strings are copied. Returns 0 or negative errno, and then never answers. */
int history_ask(struct store *store, const struct history_query *query, void *owner,
                history_answer on_answer);
