/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of our day that do not keep our pace. */
#include "daemon/base/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_simulation_that_runs_fast_keeps_its_durations),
        cmocka_unit_test(what_catches_up_is_not_fast),
        cmocka_unit_test(a_clock_that_is_set_forward_twice_is_not_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
