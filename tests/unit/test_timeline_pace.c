/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of our day that do not keep our pace. */
#include "daemon/base/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t second(double seconds)
{
    return (int64_t)((1000000 + seconds) * 1e9);
}

static struct placement place(struct timeline *timeline, double stamp_s, double now_s)
{
    struct moment now = {.mono_ns = second(now_s), .wall_ns = second(now_s)};

    return timeline_place(timeline, second(stamp_s), now, true);
}

/* Ticks, links and what people say belong beside its stamps, not 50 years before. */
static void a_clock_of_its_own_has_a_now(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, true);
    for (int step = 0; step < 10; step++) {
        struct moment ours = {.mono_ns = second(step) - second(0),
                              .wall_ns = second(step)};
        struct placement placement =
            timeline_place(&timeline, second(5000 + 60 * step), ours, true);
        struct moment now = timeline_now(&timeline, moment_plus(ours, NS_PER_S / 2));
        assert_int_equal(now.mono_ns, placement.at.mono_ns + NS_PER_S / 2);
        assert_int_equal(now.wall_ns, placement.at.wall_ns + NS_PER_S / 2);
    }
}

static void a_simulation_that_runs_fast_keeps_its_durations(void **state)
{
    static const double speeds[] = {2, 20, 60, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(speeds) / sizeof(*speeds); i++) {
        struct timeline timeline;
        struct placement before = {0};
        int suspect = 0;

        timeline_init(&timeline, false);
        for (int step = 0; step <= 6000; step++) {
            struct placement now =
                place(&timeline, speeds[i] * step / 100, (double)step / 100);
            suspect += now.is_suspect;
            if (step > 1000 && before.at.mono_ns) {
                assert_int_equal(now.at.mono_ns - before.at.mono_ns,
                                 now.at.wall_ns - before.at.wall_ns);
                assert_in_range(now.at.mono_ns - before.at.mono_ns,
                                (int64_t)(speeds[i] * 1e7) - 1000,
                                (int64_t)(speeds[i] * 1e7) + 1000);
            }
            before = now;
        }
        assert_true(suspect >= 1 && suspect <= 4);
        assert_int_equal(before.at.wall_ns, second(speeds[i] * 60));
    }
}

/* Half a minute late for two minutes, then in time again: that is no faster clock. */
static void what_catches_up_is_not_fast(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    for (int step = 0; step < 1200; step++)
        (void)place(&timeline, step / 10.0 - 30, step / 10.0);
    for (int step = 0; step < 100; step++)
        (void)place(&timeline, 90 + step * 0.4, 120 + step / 10.0);
    struct placement last = place(&timeline, 130, 130);
    assert_false(timeline.is_fast);
    assert_int_equal(last.at.wall_ns, second(130));
}

static void a_clock_that_is_set_forward_twice_is_not_fast(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    (void)place(&timeline, 0, 0);
    assert_true(place(&timeline, 3600, 1).is_suspect);
    assert_true(place(&timeline, 7200, 2).is_suspect);
    assert_false(place(&timeline, 7203, 5).is_suspect);
    assert_false(timeline.is_fast);
}

/* Is each second of the stamps one of the moments, from `from` to `to`? */
static int count_odd(struct timeline *timeline, int from, int to, double behind_s,
                     double drift)
{
    struct placement before = {0};
    int odd = 0;

    for (int i = from; i < to; i++) {
        struct placement now = place(timeline, i - behind_s - i * drift, i);
        int64_t step_ns = now.at.mono_ns - before.at.mono_ns;
        odd += now.is_suspect || now.is_jump ||
               (before.at.mono_ns && llabs(step_ns - NS_PER_S) > 200000);
        before = now;
    }
    return odd;
}

static void a_clock_that_is_always_behind_keeps_its_durations(void **state)
{
    static const double behind_s[] = {0.3, 2.3, 200, 14400, 200000, 800000};

    (void)state;
    for (size_t i = 0; i < sizeof(behind_s) / sizeof(*behind_s); i++) {
        struct timeline timeline;

        timeline_init(&timeline, false);
        assert_int_equal(count_odd(&timeline, 0, 300, behind_s[i], 0), 0);
    }
}

static void a_clock_that_drifts_keeps_its_durations(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    assert_int_equal(count_odd(&timeline, 0, 40000, 0, 1e-4), 0);
    struct moment now = {.mono_ns = second(40000), .wall_ns = second(40000)};
    assert_in_range(second(40000) - timeline_now(&timeline, now).mono_ns, 3 * NS_PER_S,
                    4 * NS_PER_S + NS_PER_S / 10);
}

static void a_clock_that_is_set_back_jumps(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    assert_int_equal(count_odd(&timeline, 0, 200, 0, 0), 0);
    assert_int_equal(count_odd(&timeline, 200, 400, 3, 0), 1);
}

/* An hour of backlog that takes two minutes to read keeps its distances. */
static void a_long_backlog_keeps_its_distances(void **state)
{
    struct timeline timeline;
    struct placement before = {0};

    (void)state;
    timeline_init(&timeline, false);
    for (int step = 0; step < 1200; step++) {
        struct placement now = place(&timeline, step * 3.1 - 3600, step / 10.0);
        if (before.at.mono_ns)
            assert_in_range(now.at.mono_ns - before.at.mono_ns, 3099999000, 3100001000);
        before = now;
    }
    assert_false(timeline.is_fast);
}

/* An agent's own values first, then a recording: half a second of doubt. */
static void a_recording_behind_an_agents_own_stamps_is_soon_believed(void **state)
{
    struct timeline timeline;
    struct placement before = {0};
    int odd = 0;

    (void)state;
    timeline_init(&timeline, false);
    (void)place(&timeline, 0, 0);
    for (int step = 1; step < 1000; step++) {
        struct placement now = place(&timeline, step * 0.6 - 1e8, step / 100.0);
        odd += now.is_suspect || now.at.mono_ns - before.at.mono_ns != NS_PER_S * 6 / 10;
        before = now;
    }
    assert_in_range(odd, 1, 13);
    assert_true(before.at.wall_ns > second(0));
}

/* An old recording from the first stamp on: it begins now, and nothing is doubted. */
static void an_old_recording_begins_now(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    assert_int_equal(place(&timeline, -1e8, 5).at.wall_ns, second(5));
    assert_int_equal(count_odd(&timeline, 6, 300, 1e8, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_of_its_own_has_a_now),
        cmocka_unit_test(a_simulation_that_runs_fast_keeps_its_durations),
        cmocka_unit_test(what_catches_up_is_not_fast),
        cmocka_unit_test(a_clock_that_is_set_forward_twice_is_not_fast),
        cmocka_unit_test(a_clock_that_is_always_behind_keeps_its_durations),
        cmocka_unit_test(a_clock_that_drifts_keeps_its_durations),
        cmocka_unit_test(a_clock_that_is_set_back_jumps),
        cmocka_unit_test(a_long_backlog_keeps_its_distances),
        cmocka_unit_test(a_recording_behind_an_agents_own_stamps_is_soon_believed),
        cmocka_unit_test(an_old_recording_begins_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
