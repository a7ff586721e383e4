/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/world/station.h"

static bool begins(bool *was, bool is)
{
    bool began = is && !*was;

    *was = is;
    return began;
}

void station_suffer(struct station *station, int64_t now_ns, int64_t wall_ns)
{
    if (!station->has_agent)
        return;
    if (station->http)
        http_agent_set_now(station->http, now_ns);
    if (begins(&station->was_overrun,
               trouble_find(&station->trouble, now_ns, FAULT_OVERRUN)))
        agent_overrun(&station->agent);
    if (begins(&station->was_restarted,
               trouble_find(&station->trouble, now_ns, FAULT_RESTART))) {
        agent_restart(&station->agent, wall_ns);
        if (station->http)
            http_agent_end_streams(station->http);
    }
}

void station_order_fault(struct station *station, const struct fault_plan *fault)
{
    station->trouble.ordered = *fault;
    station->device.trouble.ordered = *fault;
}
