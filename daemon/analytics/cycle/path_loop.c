/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/path_loop.h"

#include "daemon/analytics/cycle/path_cycle.h"

#include <string.h>

static struct loop_mark now(const struct path_cycles *path, struct moment at,
                            double variance_s2)
{
    struct loop_mark mark = {
        .at = at,
        .variance_s2 = variance_s2,
        .run = path->cycle.run,
        .timer_ns = path->levels.timer_ns,
        .energy_ns = path->levels.energy_ns,
        .change_ns = path->segments.change_ns,
    };

    memcpy(mark.spent, path->cycle.spent, sizeof(mark.spent));
    return mark;
}

void path_loop_mark(struct path_cycles *path, const struct moment *at, double variance_s2,
                    int64_t parts)
{
    struct loop *loop = &path->loop;

    if (loop->count == LOOP_MARKS || path->execution != EXECUTION_RUN)
        return;
    path_cycles_settle(path, at->mono_ns > path->since.mono_ns ? *at : path->since);
    loop->marks[loop->count] = now(path, path->since, variance_s2);
    loop->marks[loop->count++].parts = parts;
}

/* The open cycle becomes what happened from one mark to another. */
static void show_piece(struct path_cycles *path, const struct loop_mark *from,
                       const struct loop_mark *until)
{
    struct open_cycle *cycle = &path->cycle;

    for (size_t i = 0; i < sizeof(cycle->spent) / sizeof(*cycle->spent); i++)
        cycle->spent[i] = until->spent[i] - from->spent[i];
    cycle->run = (struct motion_totals){0};
    motion_add(&cycle->run, &until->run, &from->run);
    cycle->start = from->at;
    cycle->variance_s2 = from->variance_s2;
    cycle->parts = until->parts;
    cycle->timer_from = from->timer_ns;
    cycle->energy_from = from->energy_ns;
    path->levels.timer_ns = until->timer_ns;
    path->levels.energy_ns = until->energy_ns;
    path->segments.change_ns = until->change_ns - from->change_ns;
}

void path_loop_split(struct path_cycles *path, const struct path_site *site)
{
    struct open_cycle *cycle = &path->cycle;

    if (path->loop.count == 0)
        return;
    struct loop_mark newest = now(path, path->since, 0);
    struct loop_mark from = {.at = cycle->start,
                             .variance_s2 = cycle->variance_s2,
                             .timer_ns = cycle->timer_from,
                             .energy_ns = cycle->energy_from};

    for (uint32_t i = 0; i < path->loop.count; i++) {
        const struct loop_mark *until = &path->loop.marks[i];

        show_piece(path, &from, until);
        path_cycles_finish(path, site, until->at, until->variance_s2, ENDING_COUNT);
        path_cycles_emit(path, site);
        path->is_tail = true;
        path->phase = PHASE_IN_CYCLE;
        from = *until;
        cycle->no = ++path->cycle_no;
        cycle->flags &= ~(int64_t)CYCLE_PARTIAL;
        cycle->has_previous = true;
        cycle->previous_end = until->at;
        cycle->gap = (struct pause){0};
    }
    show_piece(path, &from, &newest);
    path->loop.count = 0;
}
