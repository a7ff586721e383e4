/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/probe_parts.h"

enum {
    EACH = 6
};

static const int64_t pauses_ms[] = {100, 50, 20, 10, 5, 0};
_Static_assert(sizeof(pauses_ms) / sizeof(*pauses_ms) * EACH == PROBE_PAUSE_REQUESTS,
               "that many are reserved");

/* A device that needs longer hangs up, says it is busy, is silent or mixes up answers. */
static bool is_enough(struct probe *probe, const struct range *range, int64_t pause_ms)
{
    unsigned most = probe->largest[area_is_bits(range->area)];
    unsigned count = range->to - range->from + 1;
    bool is_well = true;

    if (asker_stay(probe->asker, probe->unit, pause_ms * NS_PER_MS))
        return false;
    for (int i = 0; i < EACH && is_well; i++) {
        struct asker_answer answer;
        asker_ask(probe->asker, probe->unit, range->area, (uint16_t)range->from,
                  (uint16_t)(count < most ? count : most), &answer);
        probe->budget -= answer.requests;
        is_well = answer.result == LINE_ANSWERED && !answer.was_repeated;
    }
    return asker_leave(probe->asker) && is_well;
}

int64_t probe_pause(struct probe *probe, const struct range *range)
{
    int64_t shortest = PROBE_NO_PAUSE;

    for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(*pauses_ms); i++) {
        if (!is_enough(probe, range, pauses_ms[i]))
            break;
        shortest = pauses_ms[i];
    }
    return shortest;
}
