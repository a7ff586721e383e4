/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/parcel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROWS_MAX = 300
};

/* A destination that refuses, or answers with a failure, whatever contains a bad row. */
struct world {
    bool is_bad[ROWS_MAX];
    int delivered[ROWS_MAX], dead[ROWS_MAX];
    int tries;
    bool fails; /* instead of refusing */
};

static struct settlement answer(const struct world *world, size_t low, size_t count)
{
    for (size_t i = low; i < low + count; i++)
        if (world->is_bad[i])
            return (struct settlement){.verdict =
                                           world->fails ? VERDICT_RETRY : VERDICT_REFUSED,
                                       .answered = world->fails};
    return (struct settlement){.verdict = VERDICT_DELIVERED};
}

/* Plays until all is settled; rows that are let go of are fetched again. */
static void play(struct world *world, size_t rows)
{
    struct parcel parcel;
    size_t base = 0;

    parcel_begin(&parcel, rows, 0);
    while (world->tries < 5000) {
        struct parcel_step step;
        size_t window = parcel_window(&parcel);
        struct settlement settlement = answer(world, base + parcel.low, window);
        size_t low = parcel.low;

        assert_true(window >= 1 && low + window <= parcel.count);
        world->tries++;
        parcel_settle(&parcel, &settlement, &step);
        for (size_t i = 0; settlement.verdict == VERDICT_DELIVERED && i < window; i++)
            world->delivered[base + low + i]++;
        for (size_t i = 0; i < step.dead_count; i++)
            world->dead[base + step.dead[i]]++;
        assert_int_equal(step.pauses, settlement.verdict == VERDICT_RETRY);
        if (step.is_over)
            return;
        if (step.is_dropped) {
            base += parcel.settled;
            parcel_begin(&parcel, rows - base, parcel.failures);
        }
    }
}

static void bad_rows_die_and_good_ones_arrive_once(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        struct world world = {.fails = false};
        size_t rows = 1 + seed % ROWS_MAX;

        srandom(seed);
        for (size_t i = 0; i < rows; i++)
            world.is_bad[i] = random() % 20 == 0;
        play(&world, rows);
        for (size_t i = 0; i < rows; i++) {
            assert_int_equal(world.dead[i], world.is_bad[i]);
            assert_int_equal(world.delivered[i], !world.is_bad[i]);
        }
    }
}

static void one_bad_row_costs_few_tries(void **state)
{
    struct world world = {.fails = false};

    (void)state;
    world.is_bad[200] = true;
    play(&world, ROWS_MAX);
    assert_true(world.tries < 30);
}

static void a_row_that_always_fails_is_dead_once_others_arrive(void **state)
{
    (void)state;
    for (size_t bad = 0; bad < 99; bad++) {
        struct world world = {.fails = true};

        world.is_bad[bad] = true;
        play(&world, 100);
        for (size_t i = 0; i < 100; i++) {
            assert_int_equal(world.dead[i], i == bad);
            assert_int_equal(world.delivered[i], i != bad);
        }
        assert_true(world.tries < 40);
    }
}

/* The courier begins the next batch with what this one ended with. */
static void after_a_poisonous_row_the_next_batch_is_suspected_at_once(void **state)
{
    const struct settlement failure = {.verdict = VERDICT_RETRY, .answered = true};
    const struct settlement delivery = {.verdict = VERDICT_DELIVERED};
    struct parcel parcel;
    struct parcel_step step;

    (void)state;
    parcel_begin(&parcel, 2, PARCEL_STUBBORN - 1);
    parcel_settle(&parcel, &failure, &step); /* both */
    parcel_settle(&parcel, &failure, &step); /* half of them: the first alone */
    parcel_settle(&parcel, &failure, &step);
    parcel_settle(&parcel, &delivery, &step);
    assert_int_equal(step.dead_count, 1);
    assert_true(step.is_over);
    parcel_begin(&parcel, 2, parcel.failures);
    parcel_settle(&parcel, &failure, &step);
    assert_false(step.is_dropped);
    assert_true(parcel.is_isolating);

    parcel_begin(&parcel, 2, PARCEL_STUBBORN - 1);
    parcel_settle(&parcel, &delivery, &step);
    assert_int_equal(parcel.failures, 0);
}

static void a_broken_destination_kills_nothing(void **state)
{
    struct world world = {.fails = true};

    (void)state;
    memset(world.is_bad, true, sizeof(world.is_bad));
    play(&world, 50);
    assert_int_equal(world.tries, 5000);
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(world.dead[i], 0);
}

static void an_unreachable_destination_keeps_the_rows_whole(void **state)
{
    const struct settlement unreachable = {.verdict = VERDICT_RETRY};
    struct parcel_step step;
    struct parcel parcel;

    (void)state;
    parcel_begin(&parcel, 10, 4);
    parcel_settle(&parcel, &unreachable, &step);
    assert_true(step.is_dropped && step.pauses);
    assert_int_equal(step.dead_count, 0);
    assert_int_equal(parcel.failures, 0);
}

static void a_batch_that_is_refused_as_a_whole_is_not_searched(void **state)
{
    const struct settlement all = {.verdict = VERDICT_REFUSED, .is_whole = true};
    const struct settlement good = {.verdict = VERDICT_DELIVERED};
    struct parcel parcel;
    struct parcel_step step;

    (void)state;
    parcel_begin(&parcel, 200, 0);
    parcel_settle(&parcel, &all, &step);
    assert_int_equal(step.whole, 200);
    assert_int_equal(step.dead_count, 0);
    assert_true(step.is_over);
    assert_int_equal(parcel.settled, 200);

    parcel_begin(&parcel, 200, 0); /* a half, and the rest is taken */
    parcel_settle(&parcel, &(struct settlement){.verdict = VERDICT_REFUSED}, &step);
    parcel_settle(&parcel, &all, &step);
    assert_int_equal(step.whole, 100);
    assert_false(step.is_over);
    assert_int_equal(parcel.low, 100);
    parcel_settle(&parcel, &good, &step);
    assert_true(step.is_over);
    assert_int_equal(step.whole, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_rows_die_and_good_ones_arrive_once),
        cmocka_unit_test(one_bad_row_costs_few_tries),
        cmocka_unit_test(a_row_that_always_fails_is_dead_once_others_arrive),
        cmocka_unit_test(after_a_poisonous_row_the_next_batch_is_suspected_at_once),
        cmocka_unit_test(a_broken_destination_kills_nothing),
        cmocka_unit_test(an_unreachable_destination_keeps_the_rows_whole),
        cmocka_unit_test(a_batch_that_is_refused_as_a_whole_is_not_searched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
