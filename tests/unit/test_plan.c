/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
    POINTS = 200,
    SMALL = 14,
};

static const struct plan_limits usual = {
    .max_gap = 10, .max_words = 125, .max_bits = 2000, .overhead = PLAN_OVERHEAD_SERIAL};

static uint32_t seed;

static unsigned dice(unsigned sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

struct result {
    struct request_plan requests[POINTS];
    size_t count;
};

static struct result plan(struct span *spans, size_t count,
                          const struct plan_limits *limits, const struct hole *holes,
                          size_t hole_count)
{
    uint32_t scratch[2 * (POINTS + 1)];
    struct result result;

    result.count =
        plan_make(spans, count, limits, holes, hole_count, result.requests, scratch);
    return result;
}

static uint32_t cost_of(const struct result *result, const struct plan_limits *limits)
{
    uint32_t cost = 0;

    for (size_t i = 0; i < result->count; i++)
        cost += limits->overhead +
                (uint32_t)plan_bytes(result->requests[i].area, result->requests[i].count);
    return cost;
}

/* What a set of points costs as one request; 0 = not allowed. Points are in any order. */
static uint32_t cost_of_set(const struct span *spans, unsigned set,
                            const struct plan_limits *limits)
{
    unsigned start = 0x20000, end = 0;
    static uint8_t read[0x20000];

    for (unsigned i = 0; i < SMALL; i++) {
        if (!(set >> i & 1))
            continue;
        if (spans[i].address < start)
            start = spans[i].address;
        if ((unsigned)spans[i].address + spans[i].count > end)
            end = (unsigned)spans[i].address + spans[i].count;
    }
    if (end - start > limits->max_words)
        return 0;
    memset(read + start, 0, end - start);
    for (unsigned i = 0; i < SMALL; i++)
        if (set >> i & 1)
            memset(read + spans[i].address, 1, spans[i].count);
    for (unsigned at = start, gap = 0; at < end; at++) {
        gap = read[at] ? 0 : gap + 1;
        if (gap > limits->max_gap)
            return 0;
    }
    return limits->overhead + 2 * (end - start);
}

/* The cheapest of all ways to divide the points into sets, by trying them all. */
static uint32_t try_everything(const struct span *spans, const struct plan_limits *limits)
{
    static uint32_t single[1 << SMALL], best[1 << SMALL];

    for (unsigned set = 1; set < 1U << SMALL; set++) {
        single[set] = cost_of_set(spans, set, limits);
        best[set] = UINT32_MAX;
        for (unsigned part = set; part; part = (part - 1) & set) {
            if (!single[part] || best[set & ~part] == UINT32_MAX)
                continue;
            uint32_t cost = single[part] + best[set & ~part];
            if (cost < best[set])
                best[set] = cost;
        }
    }
    return best[(1U << SMALL) - 1];
}

static void the_plan_is_as_good_as_any(void **state)
{
    (void)state;
    for (seed = 1; seed < 12;) {
        struct span spans[SMALL];
        uint32_t given = seed;
        struct plan_limits limits = {.max_gap = dice(30),
                                     .max_words = 8 + dice(118),
                                     .max_bits = 2000,
                                     .overhead = 5 + dice(60)};

        for (size_t i = 0; i < SMALL; i++)
            spans[i] = (struct span){.address = (uint16_t)dice(200 + given * 20),
                                     .count = (uint16_t)(1 + dice(7)),
                                     .owner = i};
        struct result result = plan(spans, SMALL, &limits, NULL, 0);
        assert_int_equal(cost_of(&result, &limits), try_everything(spans, &limits));
        seed = given + 1;
    }
}

/* Telegraf's max_insert: join while the gap is small enough, until the block is full. */
static uint32_t greedy_cost(const struct span *sorted, size_t count,
                            const struct plan_limits *limits)
{
    uint32_t cost = 0;

    for (size_t i = 0; i < count;) {
        unsigned start = sorted[i].address, end = start + sorted[i].count;
        for (i++; i < count && sorted[i].address <= end + limits->max_gap; i++) {
            unsigned next = (unsigned)sorted[i].address + sorted[i].count;
            if ((next > end ? next : end) - start > limits->max_words)
                break;
            end = next > end ? next : end;
        }
        cost += limits->overhead + 2 * (end - start);
    }
    return cost;
}

static void it_is_never_worse_than_joining_greedily(void **state)
{
    (void)state;
    for (uint32_t round = 1; round < 300; round++) {
        struct span spans[POINTS];
        struct plan_limits limits = usual;

        seed = round;
        limits.max_gap = dice(40);
        for (size_t i = 0; i < POINTS; i++)
            spans[i] = (struct span){.address = (uint16_t)dice(3000),
                                     .count = (uint16_t)(1 + dice(4))};
        struct result result = plan(spans, POINTS, &limits, NULL, 0);
        assert_true(cost_of(&result, &limits) <= greedy_cost(spans, POINTS, &limits));
    }
}

static void every_point_is_read_once_and_no_limit_is_broken(void **state)
{
    (void)state;
    for (uint32_t round = 1; round < 300; round++) {
        struct span spans[POINTS];
        struct plan_limits limits = usual;
        bool served[POINTS] = {false};

        seed = round;
        limits.max_words = 8 + dice(118);
        limits.max_bits = 16 + dice(1985);
        for (size_t i = 0; i < POINTS; i++)
            spans[i] = (struct span){.area = (enum area)dice(AREA_COUNT),
                                     .address = (uint16_t)dice(65530),
                                     .count = (uint16_t)(1 + dice(4)),
                                     .class_ns = 1 + dice(3),
                                     .owner = i};
        struct result result = plan(spans, POINTS, &limits, NULL, 0);
        for (size_t i = 0; i < result.count; i++) {
            const struct request_plan *request = &result.requests[i];
            assert_true(
                request->count <=
                (area_is_bits(request->area) ? limits.max_bits : limits.max_words));
            for (size_t k = request->first; k < request->first + request->spans; k++) {
                assert_false(served[spans[k].owner]);
                served[spans[k].owner] = true;
                assert_int_equal(spans[k].area, request->area);
                assert_int_equal(spans[k].class_ns, request->class_ns);
                assert_true(spans[k].address >= request->address);
                assert_true(spans[k].address + spans[k].count <=
                            request->address + request->count);
            }
        }
        for (size_t i = 0; i < POINTS; i++)
            assert_true(served[i]);
    }
}

static void a_hole_is_never_read(void **state)
{
    struct span spans[] = {
        {.address = 0, .count = 2},
        {.address = 4, .count = 1},
        {.address = 8, .count = 2}
    };
    const struct hole holes[] = {
        {AREA_HOLDING, 4, 1  },
        {AREA_INPUT,   0, 100}
    };
    struct result result = plan(spans, 3, &usual, holes, 2);

    (void)state;
    assert_int_equal(result.count, 2);
    assert_int_equal(result.requests[0].address, 0);
    assert_int_equal(result.requests[0].count, 2);
    assert_int_equal(result.requests[1].address, 8);
}

static void quirks_are_kept(void **state)
{
    struct span spans[] = {
        {.area = AREA_COIL, .address = 20, .count = 1},
        {.area = AREA_COIL, .address = 21, .count = 1}
    };
    struct plan_limits limits = usual;
    (void)state;

    limits.bits_from_zero = true;
    struct result result = plan(spans, 2, &limits, NULL, 0);
    assert_int_equal(result.count, 1);
    assert_int_equal(result.requests[0].address, 0);
    assert_int_equal(result.requests[0].count, 22);

    limits.one_each = true;
    assert_int_equal(plan(spans, 2, &limits, NULL, 0).count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_as_good_as_any),
        cmocka_unit_test(it_is_never_worse_than_joining_greedily),
        cmocka_unit_test(every_point_is_read_once_and_no_limit_is_broken),
        cmocka_unit_test(a_hole_is_never_read),
        cmocka_unit_test(quirks_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
