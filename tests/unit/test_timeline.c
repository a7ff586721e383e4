/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/timeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct moment at(int64_t seconds)
{
    return (struct moment){.mono_ns = (1000000 + seconds) * NS_PER_S,
                           .wall_ns = (1000000 + seconds) * NS_PER_S};
}

static int64_t stamp(double seconds)
{
    return (int64_t)((1000000 + seconds) * 1e9);
}

static void late_data_keep_their_distances(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(0), at(0), true);
    for (int i = 1; i <= 30; i++) {
        struct placement placement = timeline_place(&timeline, stamp(i), at(31), true);
        assert_int_equal(placement.at.mono_ns, stamp(i));
        assert_int_equal(placement.at.wall_ns, stamp(i));
        assert_false(placement.is_suspect);
    }
}

static void a_clock_set_back_makes_no_negative_duration(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(10), at(10), true);
    struct placement before = timeline_place(&timeline, stamp(20), at(20), true);
    struct placement doubted = timeline_place(&timeline, stamp(-3600), at(21), true);
    assert_true(doubted.is_suspect);
    assert_int_equal(doubted.at.mono_ns, before.at.mono_ns);

    struct placement moved = timeline_place(&timeline, stamp(-3598), at(23), true);
    assert_true(moved.is_suspect);
    assert_int_equal(timeline.jumps, 1);
    struct placement next = timeline_place(&timeline, stamp(-3590), at(31), true);
    assert_false(next.is_suspect);
    assert_int_equal(next.at.mono_ns - moved.at.mono_ns, 8 * NS_PER_S);
}

static void a_burst_of_old_stamps_moves_nothing(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(20), at(20), true);
    for (int i = 0; i < 100; i++)
        assert_true(timeline_place(&timeline, stamp(-3600 + i), at(21), true).is_suspect);
    assert_false(timeline_place(&timeline, stamp(21), at(21), true).is_suspect);
    assert_int_equal(timeline.jumps, 0);
}

static void durations_are_differences_of_stamps_however_late_they_come(void **state)
{
    static const double late[] = {0.9, 0.01, 0.5, 0.3, 0.02};
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    for (int i = 0; i < 300; i++) {
        struct moment received = at(i);
        received.mono_ns += (int64_t)(late[i % 5] * 1e9);
        received.wall_ns = received.mono_ns;
        struct placement placement = timeline_place(&timeline, stamp(i), received, true);
        assert_int_equal(placement.at.mono_ns, stamp(i));
        assert_int_equal(placement.at.wall_ns, stamp(i));
    }
}

static void a_clock_that_is_ahead_is_moved_and_flagged(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(10), at(10), true);
    struct placement placement = timeline_place(&timeline, stamp(7200), at(20), true);
    assert_true(placement.is_suspect);
    assert_int_equal(placement.at.mono_ns, stamp(20));
    assert_int_equal(placement.at.wall_ns, stamp(20));
}

static void a_clock_that_is_behind_is_learned_within_a_minute(void **state)
{
    struct timeline timeline;
    int suspect = 0;

    (void)state;
    timeline_init(&timeline, false);
    for (int i = 0; i < 200; i++)
        suspect += timeline_place(&timeline, stamp(i - 30.0), at(i), true).is_suspect;
    assert_int_equal(suspect, 0);
    struct placement placement = timeline_place(&timeline, stamp(170), at(200), true);
    assert_int_equal(placement.at.mono_ns, stamp(170));
    assert_int_equal(placement.at.wall_ns, stamp(170));
    assert_int_equal(timeline_now(&timeline, at(201)).mono_ns, stamp(171));
}

static void local_time_labelled_utc_is_recognised_and_shown_as_ours(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    for (int i = 0; i < 100; i++)
        (void)timeline_place(&timeline, stamp(i - 4 * 3600.0), at(i), true);
    assert_int_equal(timeline_zone_error(&timeline), 240);
    assert_true(fabs(timeline_offset(&timeline) - 14400) < 1e-3);
    struct placement placement =
        timeline_place(&timeline, stamp(100 - 4 * 3600.0), at(100), true);
    assert_int_equal(placement.at.wall_ns, stamp(100));

    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(-200), at(0), true);
    assert_int_equal(timeline_zone_error(&timeline), 0);
}

static void old_values_of_a_snapshot_teach_nothing(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, false);
    struct placement placement = timeline_place(&timeline, stamp(-86400), at(5), false);
    assert_int_equal(placement.at.mono_ns, stamp(5));
    assert_true(isnan(timeline_offset(&timeline)));
}

static void one_old_stamp_in_a_recording_does_not_move_time(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, true);
    (void)timeline_place(&timeline, stamp(0), at(0), true);
    struct placement old = timeline_place(&timeline, stamp(-10800), at(0), true);
    assert_true(old.is_suspect);
    assert_int_equal(old.at.mono_ns, stamp(0));
    struct placement next = timeline_place(&timeline, stamp(2), at(0), true);
    assert_false(next.is_suspect);
    assert_int_equal(next.at.mono_ns, stamp(2));
    assert_int_equal(timeline.jumps, 0);
}

static void a_recording_may_go_on_in_the_past(void **state)
{
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline, true);
    (void)timeline_place(&timeline, stamp(0), at(0), true);
    (void)timeline_place(&timeline, stamp(100), at(0), true);
    (void)timeline_place(&timeline, stamp(-500), at(0), true);
    struct placement second = timeline_place(&timeline, stamp(-498), at(0), true);
    struct placement third = timeline_place(&timeline, stamp(-450), at(0), true);
    assert_int_equal(timeline.jumps, 1);
    assert_int_equal(second.at.mono_ns, stamp(102));
    assert_int_equal(third.at.mono_ns, stamp(150));
    assert_int_equal(third.at.wall_ns, stamp(-450));
    assert_false(third.is_suspect);
}

static void what_was_said_during_a_restart_keeps_its_moments(void **state)
{
    struct timeline before, after;
    struct timeline_memory memory;

    (void)state;
    timeline_init(&before, false);
    timeline_init(&after, false);
    assert_false(timeline_remember(&before, at(0), &memory));
    struct moment last = timeline_place(&before, stamp(-3), at(0), true).at;
    assert_true(timeline_remember(&before, at(0), &memory));

    timeline_resume(&after, &memory, at(60)); /* the daemon was away for a minute */
    struct moment snapshot = timeline_place(&after, stamp(-500), at(60), false).at;
    struct moment first = timeline_place(&after, stamp(7), at(60), true).at;
    struct moment second = timeline_place(&after, stamp(17), at(60), true).at;
    assert_int_equal(snapshot.mono_ns, last.mono_ns);
    assert_int_equal(first.mono_ns - last.mono_ns, 10 * NS_PER_S);
    assert_int_equal(second.mono_ns - first.mono_ns, 10 * NS_PER_S);
}

/* Whatever the stamps: time never runs back farther than adapters mix their lines. */
static void moments_never_fall_far(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 50; seed++) {
        struct timeline live;
        struct timeline replayed;
        unsigned random = seed * 2654435761U;
        int64_t newest[2] = {INT64_MIN / 2, INT64_MIN / 2};

        timeline_init(&live, false);
        timeline_init(&replayed, true);
        for (int i = 0; i < 400; i++) {
            random = random * 1664525U + 1013904223U;
            double jitter = (double)(random >> 20) * ((random & 7) == 0 ? 10 : 0.01);
            int64_t time = stamp(i - jitter);
            int64_t mono[2] = {timeline_place(&live, time, at(i), true).at.mono_ns,
                               timeline_place(&replayed, time, at(i), true).at.mono_ns};
            for (int k = 0; k < 2; k++) {
                assert_true(mono[k] + 5 * NS_PER_S >= newest[k]);
                newest[k] = mono[k] > newest[k] ? mono[k] : newest[k];
            }
        }
    }
}

enum {
    YEARS_S = 300000000
};

/* A recording of `YEARS_S` ago, played `speed` times as fast; returns the next second. */
static int play(struct timeline *timeline, int from, int count, int speed,
                bool *ret_is_odd)
{
    *ret_is_odd = false;
    for (int i = from; i < from + count; i++) {
        int64_t before = timeline->mono_ns;
        struct placement placement =
            timeline_place(timeline, stamp((double)i * speed - YEARS_S), at(i), true);
        *ret_is_odd = *ret_is_odd || placement.is_suspect ||
                      placement.at.mono_ns - before != speed * NS_PER_S ||
                      placement.at.wall_ns - placement.at.mono_ns != 0;
    }
    return from + count;
}

static void stamps_of_another_day_run_at_their_own_pace(void **state)
{
    static const int speeds[] = {1, 3, 10, 1000};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct timeline timeline;
        bool is_odd;

        timeline_init(&timeline, false);
        (void)timeline_place(&timeline, stamp(-YEARS_S), at(0), false);
        int next = play(&timeline, 0, 4, speeds[i], &is_odd);
        assert_true(is_odd); /* the first is laid beside now */
        next = play(&timeline, next, 600, speeds[i], &is_odd);
        assert_false(is_odd);

        struct moment now = timeline_now(&timeline, at(next + 2));
        assert_int_equal(now.mono_ns, timeline.mono_ns + 3 * NS_PER_S);
        assert_int_equal(now.wall_ns, now.mono_ns);
        assert_true(fabs(timeline_offset(&timeline) - (next - 1.0) * (1 - speeds[i]) -
                         YEARS_S) < 1e-3);
    }
}

static void another_day_goes_on_after_a_restart(void **state)
{
    struct timeline before, after;
    struct timeline_memory memory;
    bool is_odd;

    (void)state;
    timeline_init(&before, false);
    (void)timeline_place(&before, stamp(-YEARS_S), at(0), false);
    int next = play(&before, 0, 600, 10, &is_odd);
    assert_true(timeline_remember(&before, at(next - 1), &memory));

    timeline_init(&after, false);
    timeline_resume(&after, &memory, at(next - 1));
    assert_int_equal(timeline_now(&after, at(next - 1)).mono_ns, before.mono_ns);
    struct placement old = timeline_place(&after, stamp(-YEARS_S), at(next - 1), false);
    assert_int_equal(old.at.mono_ns, before.mono_ns);
    (void)play(&after, next, 600, 10, &is_odd);
    assert_false(is_odd);
}

/* An agent says of its own that an adapter has gone, with the right time. */
static void a_stamp_of_ours_between_those_of_another_day_moves_nothing(void **state)
{
    struct timeline timeline;
    bool is_odd;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(-YEARS_S), at(0), false);
    int next = play(&timeline, 0, 60, 10, &is_odd);
    int64_t before = timeline.mono_ns;
    struct placement visitor = timeline_place(&timeline, stamp(next), at(next), true);
    assert_true(visitor.is_suspect);
    assert_int_equal(visitor.at.mono_ns, before);
    (void)play(&timeline, next, 60, 10, &is_odd);
    assert_false(is_odd);
}

static void a_recording_that_is_played_again_goes_on(void **state)
{
    struct timeline timeline;
    bool is_odd;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(-YEARS_S), at(0), false);
    int next = play(&timeline, 0, 60, 10, &is_odd);
    int64_t before = timeline.mono_ns;
    for (int i = 0; i < 3; i++) {
        struct placement placement =
            timeline_place(&timeline, stamp(10 * i - YEARS_S), at(next + i), true);
        assert_int_equal(placement.is_suspect, i < 2);
        assert_int_equal(placement.at.mono_ns - before, i < 2 ? 0 : 10 * NS_PER_S);
    }
}

static void a_clock_that_is_set_right_goes_on_at_our_pace(void **state)
{
    struct timeline timeline;
    struct timeline_memory memory;
    struct placement last = {0};
    bool is_odd;
    int suspect = 0;

    (void)state;
    timeline_init(&timeline, false);
    (void)timeline_place(&timeline, stamp(-YEARS_S), at(0), false);
    int next = play(&timeline, 0, 60, 10, &is_odd);
    for (int i = next; i < next + 200; i++) {
        struct placement placement = timeline_place(&timeline, stamp(i), at(i), true);
        assert_true(placement.at.mono_ns >= last.at.mono_ns);
        suspect += placement.is_suspect;
        last = placement;
    }
    assert_int_equal(suspect, 3);
    assert_int_equal(last.at.wall_ns, stamp(next + 199));
    assert_int_equal(timeline_lead(&timeline).wall_ns, 0);
    assert_int_equal(timeline_now(&timeline, at(next + 199)).mono_ns, last.at.mono_ns);
    assert_true(fabs(timeline_offset(&timeline)) < 1e-3);

    assert_true(timeline_remember(&timeline, at(next + 199), &memory));
    timeline_init(&timeline, false);
    timeline_resume(&timeline, &memory, at(next + 209));
    struct placement resumed =
        timeline_place(&timeline, stamp(next + 209), at(next + 209), true);
    assert_int_equal(resumed.at.mono_ns - last.at.mono_ns, 10 * NS_PER_S);
    assert_int_equal(resumed.at.wall_ns, stamp(next + 209));
    assert_false(resumed.is_suspect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_data_keep_their_distances),
        cmocka_unit_test(a_clock_set_back_makes_no_negative_duration),
        cmocka_unit_test(a_burst_of_old_stamps_moves_nothing),
        cmocka_unit_test(durations_are_differences_of_stamps_however_late_they_come),
        cmocka_unit_test(a_clock_that_is_ahead_is_moved_and_flagged),
        cmocka_unit_test(a_clock_that_is_behind_is_learned_within_a_minute),
        cmocka_unit_test(local_time_labelled_utc_is_recognised_and_shown_as_ours),
        cmocka_unit_test(old_values_of_a_snapshot_teach_nothing),
        cmocka_unit_test(one_old_stamp_in_a_recording_does_not_move_time),
        cmocka_unit_test(a_recording_may_go_on_in_the_past),
        cmocka_unit_test(moments_never_fall_far),
        cmocka_unit_test(what_was_said_during_a_restart_keeps_its_moments),
        cmocka_unit_test(stamps_of_another_day_run_at_their_own_pace),
        cmocka_unit_test(another_day_goes_on_after_a_restart),
        cmocka_unit_test(a_stamp_of_ours_between_those_of_another_day_moves_nothing),
        cmocka_unit_test(a_recording_that_is_played_again_goes_on),
        cmocka_unit_test(a_clock_that_is_set_right_goes_on_at_our_pace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
