/* SPDX-License-Identifier: Apache-2.0 */
/* Which fault a link has now: those of the scenario by their time, and one by command.
 * Pure. */
#pragma once

#include "tools/cncsim/model/plan.h"

struct trouble {
    const struct option_list *planned; /* of struct fault_plan; borrowed */
    struct fault_plan ordered;         /* by command; `lasts` 0 = none */
    int64_t answers;
};

/* The fault that the next answer has, or NULL. Counts answers. */
const struct fault_plan *trouble_next(struct trouble *trouble, int64_t now_ns);

/* Is a fault of this kind going on? For what lasts (streams), counts nothing. */
const struct fault_plan *trouble_find(const struct trouble *trouble, int64_t now_ns,
                                      enum fault_kind kind);
