/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/candidate.h"

void candidate_propose(struct candidate *candidate, const struct proposal *proposal)
{
    if (candidate->is_settled && candidate->settled == proposal->next) {
        candidate->is_open = false;
        return;
    }
    if (candidate->is_open && candidate->next == proposal->next) {
        candidate->sightings++;
        return;
    }
    bool was_seen = !candidate->is_settled && candidate->is_open &&
                    proposal->at.mono_ns >= candidate->decide_ns;
    *candidate = (struct candidate){
        .is_settled = candidate->is_settled,
        .settled = candidate->settled,
        .has_before = was_seen || candidate->has_before,
        .before = was_seen ? candidate->next : candidate->before,
        .before_at = was_seen ? candidate->next_at : candidate->before_at,
        .is_open = true,
        .next = proposal->next,
        .next_at = moment_plus(proposal->at, -proposal->width_ns / 2),
        .width_ns = proposal->width_ns,
        .decide_ns = proposal->at.mono_ns + proposal->hold_ns,
        .sightings = 1,
    };
}

bool candidate_settle(struct candidate *candidate)
{
    if (!candidate->is_open)
        return false;
    candidate->is_open = false;
    candidate->is_settled = true;
    candidate->settled = candidate->next;
    return true;
}
