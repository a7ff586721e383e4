/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/poll_slot.h"

int64_t poll_slot_observe(struct poll_slot *slot, const struct cycle_options *options,
                          const struct sample *sample, bool is_same)
{
    int64_t passed = slot->is_known ? sample->at.mono_ns - slot->last_ns : 0;
    int64_t period = options->poll;

    slot->is_known = true;
    slot->last_ns = sample->at.mono_ns;
    if (sample->uncertainty_ns > 0 && is_same && passed > 0) {
        bool usual = slot->is_polled && passed > 2 * slot->period_ns;
        slot->period_ns = usual ? slot->period_ns : passed;
        slot->is_polled = true;
    }
    if (!period && sample->uncertainty_ns > 0 && slot->is_polled)
        period = slot->period_ns;
    if (period <= 0 || passed <= 0)
        return 0;
    return passed <= 4 * period ? passed : period;
}
