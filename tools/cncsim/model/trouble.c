/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/trouble.h"

static bool fault_lasts(const struct fault_plan *fault, int64_t now_ns)
{
    return now_ns >= fault->at && now_ns - fault->at < fault->lasts;
}

static bool fault_is_of_modbus(const struct fault_plan *fault)
{
    return fault->kind < FAULT_OVERRUN;
}

static bool fault_hits(const struct fault_plan *fault, int64_t now_ns, int64_t answer)
{
    return fault_is_of_modbus(fault) && fault_lasts(fault, now_ns) &&
           (fault->every <= 1 || answer % fault->every == 0);
}

const struct fault_plan *trouble_next(struct trouble *trouble, int64_t now_ns)
{
    trouble->answers++;
    if (fault_hits(&trouble->ordered, now_ns, trouble->answers))
        return &trouble->ordered;
    for (size_t i = 0; trouble->planned && i < trouble->planned->count; i++) {
        const struct fault_plan *fault =
            PLAN_ITEM(*trouble->planned, struct fault_plan, i);

        if (fault_hits(fault, now_ns, trouble->answers))
            return fault;
    }
    return NULL;
}

const struct fault_plan *trouble_find(const struct trouble *trouble, int64_t now_ns,
                                      enum fault_kind kind)
{
    if (trouble->ordered.kind == kind && fault_lasts(&trouble->ordered, now_ns))
        return &trouble->ordered;
    for (size_t i = 0; trouble->planned && i < trouble->planned->count; i++) {
        const struct fault_plan *fault =
            PLAN_ITEM(*trouble->planned, struct fault_plan, i);

        if (fault->kind == kind && fault_lasts(fault, now_ns))
            return fault;
    }
    return NULL;
}
