/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/job.h"

#include <stdlib.h>

struct job *job_create(enum job_kind kind, size_t extra, char **ret_extra)
{
    struct job *job = calloc(1, sizeof(*job) + extra);

    if (!job)
        return NULL;
    job->kind = kind;
    job->item.size = sizeof(*job) + extra;
    *ret_extra = (char *)(job + 1);
    return job;
}
