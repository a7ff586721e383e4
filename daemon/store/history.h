/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the history, answered by the reader thread. Loop thread.
 */
#pragma once

#include "daemon/store/store.h"

struct history_query;

/* Makes an answer of the rows found. Reader thread, which has the time for it. Pure. */
typedef void (*history_printer)(const struct history_query *query,
                                const struct record *records, size_t count,
                                struct text *text);

struct history_query {
    uint32_t kinds;        /* bits 1 << enum record_kind; 0 = all but archive */
    const char *machine;   /* NULL = all */
    int64_t from_wall_ns;  /* inclusive; INT64_MIN = from the beginning */
    int64_t until_wall_ns; /* exclusive; INT64_MAX = to the end */
    int64_t after_id;      /* only rows with a greater id */
    int64_t run_seq;       /* RECORD_UNKNOWN = any */
    size_t limit;          /* 0 = 1000 */
    bool newest_first;
    history_printer print; /* NULL = the records themselves are wanted */
};

/* The records, in the order asked for, or what was printed of them. */
struct history {
    const struct record *records;
    size_t count;
    struct text text;
};

/* Loop thread, once. What it does not take of the history is freed afterwards. */
typedef void (*history_answer)(void *owner, int error, struct history *history);

/* Strings are copied. Returns 0 or negative errno, and then never answers. */
int history_ask(struct store *store, const struct history_query *query, void *owner,
                history_answer on_answer);
