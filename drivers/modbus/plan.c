/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/plan.h"

#include <stdlib.h>

const char *const area_names[AREA_COUNT + 1] = {
    [AREA_HOLDING] = "holding",
    [AREA_INPUT] = "input",
    [AREA_COIL] = "coil",
    [AREA_DISCRETE] = "discrete",
};

bool area_is_bits(enum area area)
{
    return area == AREA_COIL || area == AREA_DISCRETE;
}

size_t plan_bytes(enum area area, size_t count)
{
    return area_is_bits(area) ? (count + 7) / 8 : 2 * count;
}

bool hole_touches(const struct hole *holes, size_t count, enum area area,
                  unsigned address, unsigned length)
{
    for (size_t i = 0; i < count; i++)
        if (holes[i].area == area && address < holes[i].address + holes[i].count &&
            holes[i].address < address + length)
            return true;
    return false;
}

static int compare(const void *left, const void *right)
{
    const struct span *a = left, *b = right;

    if (a->class_ns != b->class_ns)
        return a->class_ns < b->class_ns ? -1 : 1;
    if (a->area != b->area)
        return a->area < b->area ? -1 : 1;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return a->owner < b->owner ? -1 : 1;
}

/* A request that grows while spans join it. */
struct growth {
    const struct plan_limits *limits;
    const struct hole *holes;
    size_t hole_count;
    enum area area;
    int64_t class_ns;
    unsigned start, end;
    size_t spans;
};

static void begin(struct growth *growth, const struct span *span)
{
    bool from_zero = growth->limits->bits_from_zero && area_is_bits(span->area);

    growth->area = span->area;
    growth->class_ns = span->class_ns;
    growth->start = from_zero ? 0 : span->address;
    growth->end = (unsigned)span->address + span->count;
    growth->spans = 1;
}

static bool fits(const struct growth *growth)
{
    unsigned most =
        area_is_bits(growth->area) ? growth->limits->max_bits : growth->limits->max_words;

    return growth->end - growth->start <= most &&
           !hole_touches(growth->holes, growth->hole_count, growth->area, growth->start,
                         growth->end - growth->start);
}

/* Takes one more span in, or says no and is then of no further use. */
static bool join(struct growth *growth, const struct span *span)
{
    unsigned end = (unsigned)span->address + span->count;

    if (growth->limits->one_each || span->area != growth->area ||
        span->class_ns != growth->class_ns ||
        span->address > growth->end + growth->limits->max_gap)
        return false;
    if (end > growth->end)
        growth->end = end;
    growth->spans++;
    return fits(growth);
}

static uint32_t cost(const struct growth *growth)
{
    return growth->limits->overhead +
           (uint32_t)plan_bytes(growth->area, growth->end - growth->start);
}

/* Best way to serve spans[i..]: costs[i], by a first request of `firsts[i]` spans. */
static void solve(const struct span *spans, size_t count, struct growth *growth,
                  uint32_t *costs, uint32_t *firsts)
{
    costs[count] = 0;
    for (size_t i = count; i-- > 0;) {
        begin(growth, &spans[i]);
        costs[i] = costs[i + 1];
        firsts[i] = 0;
        if (!fits(growth))
            continue;
        costs[i] = UINT32_MAX;
        do {
            uint32_t total = cost(growth) + costs[i + growth->spans];
            if (total < costs[i]) {
                costs[i] = total;
                firsts[i] = (uint32_t)growth->spans;
            }
        } while (i + growth->spans < count && join(growth, &spans[i + growth->spans]));
    }
}

size_t plan_make(struct span *spans, size_t count, const struct plan_limits *limits,
                 const struct hole *holes, size_t hole_count,
                 struct request_plan *ret_requests, uint32_t *scratch)
{
    struct growth growth = {.limits = limits, .holes = holes, .hole_count = hole_count};
    uint32_t *costs = scratch, *firsts = scratch + count + 1;
    size_t requests = 0;

    qsort(spans, count, sizeof(*spans), compare);
    solve(spans, count, &growth, costs, firsts);

    for (size_t i = 0; i < count; i += firsts[i] ? firsts[i] : 1) {
        if (!firsts[i])
            continue;
        begin(&growth, &spans[i]);
        for (size_t k = 1; k < firsts[i]; k++)
            (void)join(&growth, &spans[i + k]);
        ret_requests[requests++] = (struct request_plan){
            .area = growth.area,
            .address = (uint16_t)growth.start,
            .count = (uint16_t)(growth.end - growth.start),
            .class_ns = growth.class_ns,
            .first = i,
            .spans = firsts[i],
        };
    }
    return requests;
}
