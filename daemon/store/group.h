/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs that are committed in one transaction, in order, and when that is due. Pure but
 * for the jobs, which it owns. Times are monotonic.
 */
#pragma once

#include "daemon/store/job.h"

enum {
    GROUP_MAX = 500
};

struct group {
    struct job *first, **end;
    size_t count;
    bool is_held;       /* it may not end here: the rest is only microseconds away */
    int64_t since_ns;   /* the first job's arrival */
    int64_t awaited_ns; /* since when the next job may have waited; 0 = it has not */
};

void group_init(struct group *group);

/* Takes the job, at `now_ns`. */
void group_add(struct group *group, struct job *job, int64_t now_ns);

/* Frees the jobs. */
void group_drop(struct group *group);

/* Takes raw values out, and adds how many they were to `turned_away`, by record kind. */
void group_drop_raw(struct group *group, int64_t *turned_away);

/*
 * Nobody took jobs since `since_ns`, and some wait: what is added next may have come
 * then. On a slow disk rows that came during a commit have waited enough when it ends.
 */
void group_has_waited(struct group *group, int64_t since_ns);

/* No more should be added before it is committed. */
bool group_is_full(const struct group *group);

/* When it is to be committed, `commit_ns` after its first job; INT64_MAX = not by time.
 */
int64_t group_due_ns(const struct group *group, int64_t commit_ns);
