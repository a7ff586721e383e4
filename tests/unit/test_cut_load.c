/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the loads that a machine gives are those of a cut. */
#include "daemon/analytics/tool/cut_load.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-6))
        fail_msg("%.10g is not %.10g", got, expected);
}

struct bench {
    struct cut_load load;
    bool cuts;
};

static struct sample make(enum signal signal, double at, double value)
{
    return (struct sample){
        .signal = signal,
        .path = 1,
        .place = "",
        .quality = QUALITY_GOOD,
        .at = {.mono_ns = (int64_t)(at * 1e9)},
        .value = { .kind = VALUE_NUMBER,               .number = value},
    };
}

static void hear(struct bench *bench, double at, enum signal signal, double value)
{
    struct sample sample = make(signal, at, value);

    if (signal == SIGNAL_FEED)
        bench->cuts = value > 0;
    cut_load_observe(&bench->load, &sample, 6000, true, bench->cuts);
}

static struct load_feature take(struct bench *bench, double at)
{
    struct load_feature features[LOAD_CHANNELS];

    cut_load_take(&bench->load, 1, (struct moment){.mono_ns = (int64_t)(at * 1e9)},
                  features);
    return features[0];
}

/* Polled each second; the feed is asked 10 ms before the load. */
static void poll(struct bench *bench, double at, double feed, double load)
{
    hear(bench, at, SIGNAL_FEED, feed);
    hear(bench, at + .01, SIGNAL_SPINDLE_LOAD, load);
}

static void air_seen_before_and_after_a_cut_is_no_part_of_it(void **state)
{
    struct bench bench = {0};

    (void)state;
    for (int i = 0; i < 5; i++)
        poll(&bench, i, 0, 6);
    for (int i = 5; i < 9; i++)
        poll(&bench, i, 800, 36);
    poll(&bench, 9, 0, 6);

    struct load_feature feature = take(&bench, 10);
    assert_true(feature.is_net);
    near(feature.mean, 30);
    near(feature.seconds, 4);
    near(feature.energy, 120);
    near(feature.values, 4);
}

/* A fast feed is taken for a rapid move, whose load for air; then it is a cut after all.
 */
static void a_cut_that_was_taken_for_a_rapid_move_is_no_air(void **state)
{
    struct bench later = {0}, first = {0};

    (void)state;
    for (int i = 0; i < 5; i++)
        poll(&later, i, 0, 6);
    for (int i = 5; i < 15; i++)
        poll(&later, i, 0, 58);
    for (int i = 0; i < 9; i++)
        poll(&first, i, 0, 58);
    for (int i = 9; i < 15; i++)
        poll(&first, i, 0, i == 13 ? .1 : 6); /* once when it hardly turned */
    for (int i = 15; i < 20; i++) {
        poll(&later, i, 800, 36);
        poll(&first, i, 800, 36);
    }
    near(take(&later, 20).mean, 30);
    near(take(&first, 20).mean, 30);
}

static void the_next_tool_does_not_inherit_the_last_value(void **state)
{
    struct bench bench = {0};

    (void)state;
    for (int i = 0; i < 4; i++)
        poll(&bench, i, 800, 36);
    near(take(&bench, 4).mean, 36);
    for (int i = 4; i < 8; i++)
        poll(&bench, i, 800, 12);

    struct load_feature feature = take(&bench, 8);
    near(feature.mean, 12);
    near(feature.peak, 12);
}

/* An agent that sends only what changes. */
static void a_load_that_does_not_change_is_the_next_tools_as_well(void **state)
{
    struct bench bench = {0};

    (void)state;
    poll(&bench, 0, 800, 36);
    near(take(&bench, 4).mean, 36);
    near(take(&bench, 8).mean, 36);
}

static void a_long_cut_looked_at_in_pieces_keeps_its_energy(void **state)
{
    struct bench bench = {0};
    struct load_feature piece[LOAD_CHANNELS];

    (void)state;
    for (int i = 0; i < 121; i++) {
        poll(&bench, i, 800, 20);
        if (i % 50 == 49)
            cut_load_harvest(&bench.load, 1,
                             (struct moment){.mono_ns = (i + 1) * NS_PER_S}, piece);
    }

    struct load_feature feature = take(&bench, 121);
    near(feature.energy, 2420);
    near(feature.mean, 20);
}

static void a_clock_that_jumped_makes_a_cut_unknown(void **state)
{
    struct bench bench = {0};

    (void)state;
    for (int i = 0; i < 5; i++)
        poll(&bench, i, 800, 36);

    struct sample sample = make(SIGNAL_SPINDLE_LOAD, 5, 36);
    sample.flags = SAMPLE_CLOCK;
    cut_load_observe(&bench.load, &sample, 6000, true, true);
    for (int i = 6; i < 10; i++)
        poll(&bench, i, 800, 36);
    assert_true(isnan(take(&bench, 10).mean));
    for (int i = 10; i < 15; i++)
        poll(&bench, i, 800, 36);
    near(take(&bench, 15).mean, 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(air_seen_before_and_after_a_cut_is_no_part_of_it),
        cmocka_unit_test(a_cut_that_was_taken_for_a_rapid_move_is_no_air),
        cmocka_unit_test(the_next_tool_does_not_inherit_the_last_value),
        cmocka_unit_test(a_load_that_does_not_change_is_the_next_tools_as_well),
        cmocka_unit_test(a_long_cut_looked_at_in_pieces_keeps_its_energy),
        cmocka_unit_test(a_clock_that_jumped_makes_a_cut_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
