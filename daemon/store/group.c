/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/group.h"

#include <stdlib.h>

void group_init(struct group *group)
{
    *group = (struct group){0};
    group->end = &group->first;
}

void group_add(struct group *group, struct job *job, int64_t now_ns)
{
    job->item.next = NULL;
    if (group->count++ == 0)
        group->since_ns = group->awaited_ns ? group->awaited_ns : now_ns;
    group->awaited_ns = 0;
    *group->end = job;
    group->end = (struct job **)&job->item.next;
    group->is_held = job->is_held;
}

void group_drop(struct group *group)
{
    while (group->first) {
        struct job *job = group->first;
        group->first = (struct job *)job->item.next;
        free(job);
    }
    group->end = &group->first;
    group->count = 0;
}

void group_drop_raw(struct group *group, int64_t *turned_away)
{
    struct job **link = &group->first;

    while (*link) {
        struct job *job = *link;
        bool is_raw = job->kind == JOB_APPEND && (job->record->kind == RECORD_ARCHIVE ||
                                                  job->record->kind == RECORD_SIGNAL);
        if (!is_raw) {
            link = (struct job **)&job->item.next;
            continue;
        }
        int64_t values = job->record->packed.count;
        turned_away[job->record->kind] += values > 0 ? values : 1;
        *link = (struct job *)job->item.next;
        group->count--;
        free(job);
    }
    group->end = link;
}

void group_has_waited(struct group *group, int64_t since_ns)
{
    group->awaited_ns = since_ns;
}

bool group_is_full(const struct group *group)
{
    return group->count >= GROUP_MAX && !group->is_held;
}

int64_t group_due_ns(const struct group *group, int64_t commit_ns)
{
    if (group->count == 0 || group->is_held)
        return INT64_MAX;
    return group->count >= GROUP_MAX ? group->since_ns : group->since_ns + commit_ns;
}
