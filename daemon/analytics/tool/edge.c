/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/edge.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <string.h>

void edge_init(struct edge *edge, const char *tool, int64_t path, uint32_t memory,
               struct moment at)
{
    memset(edge, 0, sizeof(*edge));
    (void)text_copy(edge->tool, sizeof(edge->tool), tool);
    edge->path = path;
    edge->memory = memory;
    edge->life_no = 1;
    edge->since = at;
    edge->is_first = true;
    edge->wear_mm = edge->smooth = edge->lasts_h = NAN;
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        edge->index[i] = NAN;
    for (size_t i = 0; i < EDGE_RECENT; i++)
        load_reading_init(&edge->recent[i]);
}

void edge_renew(struct edge *edge, struct moment at)
{
    const struct edge before = *edge;

    edge_init(edge, before.tool, before.path, before.memory, at);
    edge->life_no = before.life_no + 1;
    edge->offset = before.offset;
    edge->offset.total_um = 0;
    edge->offset.count = 0;
    edge->control = before.control;
    edge->cycle_use = before.cycle_use;
    edge->overrun = before.overrun;
    edge->left_lives = before.left_lives;
    edge->is_in_cycle = before.is_in_cycle;
    edge->is_fresh = true;
}

void edge_points_add(struct edge_points *points, double age, double value)
{
    if (points->stride == 0)
        points->stride = 1;
    if (++points->skip < points->stride && points->count) {
        points->items[points->count - 1] = (struct wear_point){age, value};
        return;
    }
    points->skip = 0;
    if (points->count == WEAR_POINTS) {
        for (size_t i = 0; i < WEAR_POINTS / 2; i++)
            points->items[i] = points->items[2 * i + 1];
        points->count = WEAR_POINTS / 2;
        points->stride *= 2;
    }
    points->items[points->count++] = (struct wear_point){age, value};
}

static const struct edge_first *find_first(struct edge *edge, uint32_t key,
                                           const double means[LOAD_CHANNELS])
{
    for (uint32_t i = 0; i < edge->first_count; i++)
        if (edge->firsts[i].key == key)
            return &edge->firsts[i];
    if (edge->first_count == EDGE_KEYS)
        return NULL;

    struct edge_first *first = &edge->firsts[edge->first_count++];
    first->key = key;
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        first->loads[i] = (float)means[i];
    return first;
}

void edge_read(struct edge *edge, uint32_t key, const double means[LOAD_CHANNELS])
{
    const struct edge_first *first = find_first(edge, key, means);
    struct load_reading *reading = &edge->recent[edge->recent_count++ % EDGE_RECENT];

    load_reading_init(reading);
    for (size_t i = 0; i < LOAD_CHANNELS; i++) {
        if (!(means[i] > 0))
            continue;
        reading->plain[i] = (float)log(means[i]);
        if (first && first->loads[i] > 0)
            reading->relative[i] = (float)log(means[i] / (double)first->loads[i]);
    }
}

static float median(float a, float b, float c)
{
    double values[EDGE_RECENT] = {(double)a, (double)b, (double)c};
    size_t count = 0;

    for (size_t i = 0; i < EDGE_RECENT; i++)
        if (!isnan(values[i]))
            values[count++] = values[i];
    return (float)order_median(values, count);
}

void edge_reading(const struct edge *edge, struct load_reading *ret_reading)
{
    const struct load_reading *r = edge->recent;

    for (size_t i = 0; i < LOAD_CHANNELS; i++) {
        ret_reading->plain[i] = median(r[0].plain[i], r[1].plain[i], r[2].plain[i]);
        ret_reading->relative[i] =
            median(r[0].relative[i], r[1].relative[i], r[2].relative[i]);
    }
}

static void remember(struct edge *edge, double age)
{
    struct trace_point point = {.age = (float)age, .q10 = NAN, .q90 = NAN};

    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        point.index[i] = (float)edge->index[i];
    if (edge->trace_stride == 0)
        edge->trace_stride = 1;
    if (++edge->trace_skip < edge->trace_stride)
        return;
    edge->trace_skip = 0;
    if (edge->trace_count == EDGE_TRACE) {
        for (size_t i = 0; i < EDGE_TRACE / 2; i++)
            edge->trace[i] = edge->trace[2 * i + 1];
        edge->trace_count = EDGE_TRACE / 2;
        edge->trace_stride *= 2;
    }
    edge->trace[edge->trace_count++] = point;
}

bool edge_is_bad(const struct edge *edge)
{
    return edge->has_verdict && edge->verdict != BREAKAGE_NONE;
}

void edge_excuse(struct edge *edge)
{
    edge->has_verdict = false;
    *edge->confirmed_by = '\0';
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        edge->cycle_load[i] = edge->cycle_reference[i] = 0;
}

void edge_close_cycle(struct edge *edge, double age)
{
    for (size_t i = 0; i < LOAD_CHANNELS; i++) {
        edge->index[i] = NAN;
        if (edge->cycle_reference[i] > 0)
            edge->index[i] = edge->cycle_load[i] / edge->cycle_reference[i];
        edge->cycle_load[i] = edge->cycle_reference[i] = 0;
    }
    if (!edge_is_bad(edge))
        remember(edge, age);
    edge->is_in_cycle = false;
    edge->is_first = edge->is_wear_newest = false;
}

void edge_forget(struct edge *edge, uint32_t cycles)
{
    uint32_t stride = edge->trace_stride ? edge->trace_stride : 1;
    uint32_t points =
        cycles > edge->trace_skip ? (cycles - edge->trace_skip + stride - 1) / stride : 0;

    edge->trace_count -= points < edge->trace_count ? points : edge->trace_count;
}

bool edge_is_spent(const struct edge *edge)
{
    return edge->phase == TOOL_PHASE_WORN || edge->phase == TOOL_PHASE_BROKEN ||
           edge->control.is_expired || edge->control.is_broken;
}

double edge_speed(const struct edge *edge)
{
    return edge->turning_min > 0 ? edge->turns / edge->turning_min : (double)NAN;
}

double edge_age(const struct edge *edge, enum life_unit unit)
{
    return edge->used[unit] + (unit == LIFE_UNIT_MINUTES ? edge->pending_min : 0);
}
