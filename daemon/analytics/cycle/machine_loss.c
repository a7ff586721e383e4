/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/machine_loss.h"

#include "daemon/analytics/cycle/machine_inside.h"

#define AWAY_NS (10 * NS_PER_S) /* a silence shorter than this hides nothing */

/* From `since` on nobody knows what the machine did. */
static void lose_all(struct machine_cycles *cycles, struct moment since,
                     const struct record_sink *sink)
{
    const struct execution_edges edges = {
        .count = 1, .items = {{.to = EXECUTION_UNAVAIL, .at = since}}};

    for (size_t i = 0; i < PATHS_MAX; i++) {
        if (!cycles->state.is_heard[i] || !cycles->state.executions[i].is_known)
            continue;
        path_cycles_mark(&cycles->state.paths[i], since, CYCLE_GAP);
        execution_lose(&cycles->state.executions[i]);
        machine_cycles_apply(cycles, i, &edges, sink);
    }
}

/* Nothing was heard for a while. */
static void lose_data(struct machine_cycles *cycles, const struct sample *sample,
                      const struct record_sink *sink)
{
    double seconds = sample->value.kind == VALUE_GAP ? sample->value.gap->seconds : 0;
    int64_t lasted_ns = seconds > 0 && seconds < 1e8 ? (int64_t)(seconds * 1e9) : 0;

    for (size_t i = 0; i < PATHS_MAX; i++)
        if (cycles->state.is_heard[i])
            path_cycles_mark(&cycles->state.paths[i], sample->at, CYCLE_GAP);
    if (lasted_ns > 0)
        lose_all(cycles, moment_plus(sample->at, -lasted_ns), sink);
}

void machine_loss_come_back(struct machine_cycles *cycles, const struct sample *sample,
                            const struct record_sink *sink)
{
    int64_t away_ns = sample->at.mono_ns - cycles->state.seen.mono_ns;

    cycles->is_restored = false;
    if (away_ns > AWAY_NS && sample->signal != SIGNAL_GAP)
        lose_all(cycles, cycles->state.seen, sink);
}

void machine_loss_miss(struct machine_cycles *cycles, const struct sample *sample,
                       const struct record_sink *sink)
{
    int64_t poll_ns = cycles->cycle->poll;
    struct moment heard = cycles->state.heard;
    int64_t silent_ns = sample->at.mono_ns - heard.mono_ns;

    if (silent_ns > 0)
        cycles->state.heard = sample->at;
    if (poll_ns <= 0 || heard.mono_ns == 0 || silent_ns * 10 <= poll_ns * 17)
        return;
    if (silent_ns > AWAY_NS && silent_ns > 4 * poll_ns)
        lose_all(cycles, moment_plus(heard, poll_ns), sink);
    for (size_t i = 0; i < PATHS_MAX; i++)
        if (cycles->state.is_heard[i])
            path_cycles_mark(&cycles->state.paths[i], sample->at, CYCLE_GAP);
}

void machine_loss_hear(struct machine_cycles *cycles, const struct sample *sample,
                       const struct record_sink *sink)
{
    lose_data(cycles, sample, sink);
    if (sample->value.kind != VALUE_GAP)
        return;
    struct path_site site = machine_cycles_site(cycles, sample->path - 1U, sink);
    outlet_gap(&site.outlet, sample->at, sample->value.gap);
}
