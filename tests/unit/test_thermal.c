/* SPDX-License-Identifier: Apache-2.0 */
/* The worked values of domain.md 4, and what a tracker with heat in it promises. */
#include "daemon/analytics/statistics/symmetric.h"
#include "daemon/analytics/thermal/growth.h"
#include "daemon/analytics/thermal/thermal_machine.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE 60.0

static void check(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%.9g is not %.9g", value, expected);
}

static void growth_follows_its_time_constant(void **state)
{
    const double minutes[] = {15, 45, 90, 135, 180};
    const double expected[] = {6.803, 15.171, 20.752, 22.805, 23.560};
    const double steps[] = {2.523856, 4.782302, 6.803249};
    double step = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        check(growth_step(0, 24, 45 * MINUTE, minutes[i] * MINUTE), expected[i], 5e-4);
    for (int i = 0; i < 3; i++) {
        step = growth_step(step, 24, 45 * MINUTE, 5 * MINUTE);
        check(step, steps[i], 5e-7);
    }
}

static void three_temperatures_give_a_time_constant(void **state)
{
    const double values[] = {22.0, 27.5, 30.3};
    const double straight[] = {22.0, 23.0, 24.0};
    double tau_s, end;

    (void)state;
    assert_true(growth_fit(values, 30 * MINUTE, &tau_s, &end));
    check(tau_s / MINUTE, 44.436, 5e-4);
    check(end, 33.204, 5e-4);
    assert_false(growth_fit(straight, 30 * MINUTE, &tau_s, &end));
}

static void stable_comes_when_the_change_is_small(void **state)
{
    const double taus[] = {20, 45, 60};
    const double iso[] = {97.9, 145.4, 173.8};

    (void)state;
    check(growth_time_stable(24, 1, 15 * MINUTE, 45 * MINUTE) / MINUTE, 86.3, 0.05);
    check(growth_time_within(24, 24 * 0.05, 45 * MINUTE) / MINUTE, 134.8, 0.05);
    for (int i = 0; i < 3; i++)
        check(growth_time_iso(taus[i] * MINUTE) / MINUTE, iso[i], 0.06);
}

static void a_break_shifts_the_next_part(void **state)
{
    const double breaks[] = {10, 30, 60, 840};
    const double shifts[] = {-3.19, -8.37, -13.82, -24.0};
    const double back[] = {21.1, 64.4, 87.0, 111.8};

    (void)state;
    for (int i = 0; i < 4; i++) {
        double shift = growth_restart_shift(24, 70 * MINUTE, breaks[i] * MINUTE);
        check(shift, shifts[i], 5e-3);
        check(growth_time_within(shift, 2, 45 * MINUTE) / MINUTE, back[i], 0.06);
    }
}

/* domain.md 4.4, the golden filter test. */
static void the_filter_computes_the_worked_example(void **state)
{
    const struct {
        double age, theta, y, error, s, m, w, g;
    } rows[] = {
        {1, 0.5, 2.0,  2.000000, 106.500000, 1.877934, .004695,  .084507 },
        {2, 2.0, 3.5,  1.443662, 28.415493,  1.734820, .017038,  .763941 },
        {3, 3.5, 6.5,  2.040273, 18.686493,  1.193634, .027321,  1.367905},
        {4, 5.0, 8.0,  -.142440, 12.501503,  1.232319, .026890,  1.341140},
        {1, 6.0, 10.5, 1.193954, 20.767942,  1.671859, -.024163, 1.437057},
        {2, 6.5, 11.0, .035596,  7.404841,   1.676280, -.024195, 1.438905},
    };
    const double first[DRIFT_STATES] = {100, 0.25, 9};
    const double last[] = {9.658356, .208769, .283135};
    struct drift_filter filter;

    (void)state;
    drift_filter_init(&filter, first);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (i == 4)
            drift_filter_reopen(&filter, DRIFT_OFFSET, 9);
        const double h[DRIFT_STATES] = {1, rows[i].age, rows[i].theta};
        struct drift_innovation innovation = drift_filter_add(&filter, h, rows[i].y, 4);
        check(innovation.error, rows[i].error, 5e-7);
        check(innovation.variance, rows[i].s, 5e-7);
        check(filter.x[DRIFT_OFFSET], rows[i].m, 5e-7);
        check(filter.x[DRIFT_WEAR], rows[i].w, 5e-7);
        check(filter.x[DRIFT_GAIN], rows[i].g, 5e-7);
    }
    for (int i = 0; i < 3; i++)
        check(drift_filter_covariance(&filter, i, i), last[i], 5e-7);
}

static void the_next_measurement_is_due_before_the_limit(void **state)
{
    (void)state;
    assert_int_equal((int)drift_parts_left(15 - 4, 2, .15, 0, 0), 33);
    assert_int_equal((int)drift_parts_left(15 - 4, 2, .15, .8, .02), 23);
    assert_int_equal((int)drift_parts_left(3, 2, .15, .8, .02), 0);
}

static void symmetric_systems_are_solved_or_refused(void **state)
{
    const double a[2][SYMMETRIC_MAX] = {
        {4, 2},
        {2, 3}
    };
    const double flat[2][SYMMETRIC_MAX] = {
        {1, 1},
        {1, 1}
    };
    const double b[] = {8, 7};
    double x[2];

    (void)state;
    assert_true(symmetric_solve(2, a, b, x));
    check(x[0], 1.25, 1e-12);
    check(x[1], 1.5, 1e-12);
    assert_false(symmetric_solve(2, flat, b, x));
    check(x[0], 0, 0);
}

static void stable_is_read_as_growth_in_a_time(void **state)
{
    double um, minutes;

    (void)state;
    assert_int_equal(thermal_read_stable("1um/15m", &um, &minutes), 0);
    check(um, 1, 0);
    check(minutes, 15, 0);
    assert_int_equal(thermal_read_stable("0.5um/30min", &um, &minutes), 0);
    check(minutes, 30, 0);
    assert_int_equal(thermal_read_stable("1mm/15m", &um, &minutes), -EINVAL);
    assert_int_equal(thermal_read_stable("1um/15m!", &um, &minutes), -EINVAL);
    assert_int_equal(thermal_read_stable("", &um, &minutes), -EINVAL);
}

/* ---- a machine whose bore follows a thermometer ---- */

static void on_record(void *owner, const struct record *record)
{
    record_print_json(record, owner);
    text_add_char(owner, '\n');
}

static struct tracker *make_tracker(void)
{
    const struct tracker_options options = {.cell = "a", .machine = "vmc-1"};
    struct tracker *tracker = NULL;

    assert_int_equal(tracker_create(&options, &tracker), 0);
    return tracker;
}

static struct moment moment_of(int second)
{
    int64_t ns = second * NS_PER_S;

    return (struct moment){.mono_ns = ns, .wall_ns = 1767225600 * NS_PER_S + ns};
}

static double celsius(int second)
{
    return 21 + 5 * sin(second / 3000.0);
}

static void warm(struct tracker *tracker, int second, const struct record_sink *out)
{
    struct sample sample = {
        .signal = SIGNAL_TEMPERATURE,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "column",
        .value = {.kind = VALUE_NUMBER, .number = celsius(second)},
        .at = moment_of(second),
    };

    tracker_observe(tracker, &sample, out);
    sample.place = "nut";
    sample.value.number = 20 + cos(second / 4000.0);
    tracker_observe(tracker, &sample, out);
}

static void measure(struct tracker *tracker, int second, const struct record_sink *out)
{
    struct statement statement = {
        .kind = STATEMENT_MEASURE,
        .at = moment_of(second),
        .who = "test",
        .context = *tracker_context(tracker),
        .measurement = {.feature = "datum_um",
                        .value = 3 * (celsius(second) - 21),
                        .offset_um = NAN,
                        .serial = "",
                        .gauge = "",
                        .lot = "",
                        .fixture = "",
                        .tool = "",
                        .ok = RECORD_UNKNOWN},
    };

    tracker_tell(tracker, &statement, out);
}

/* Twelve hours; ticks each `tick` seconds (0 = none), a restart after six if wanted. */
static void play(int tick, bool restarts, struct text *text)
{
    const struct record_sink out = {text, on_record};
    struct tracker *tracker = make_tracker();

    for (int second = 1; second < 43200; second++) {
        if (tick && second % tick == 0)
            tracker_advance(tracker, moment_of(second), &out);
        if (second % 20 == 7)
            warm(tracker, second, &out);
        if (second % 3600 == 1801)
            measure(tracker, second, &out);
        if (!restarts || second != 21600)
            continue;
        struct text bytes;
        text_init_heap(&bytes);
        tracker_save(tracker, &bytes);
        tracker_destroy(tracker);
        tracker = make_tracker();
        assert_int_equal(tracker_restore(tracker, bytes.data, bytes.length), 0);
        text_done(&bytes);
    }
    tracker_advance(tracker, moment_of(43200), &out);
    tracker_destroy(tracker);
}

static void ticks_and_restarts_change_no_byte(void **state)
{
    const struct {
        int tick;
        bool restarts;
    } ways[] = {
        {1,  false},
        {7,  false},
        {60, false},
        {0,  true },
        {13, true },
    };
    struct text plain;

    (void)state;
    text_init_heap(&plain);
    play(0, false, &plain);
    assert_true(plain.length > 100000);
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        struct text other;
        text_init_heap(&other);
        play(ways[i].tick, ways[i].restarts, &other);
        assert_int_equal(other.length, plain.length);
        assert_memory_equal(other.data, plain.data, plain.length);
        text_done(&other);
    }
    text_done(&plain);
}

/* Keeps the worst error between probes of the second half. */
struct watch {
    double worst;
    int count;
};

static void on_prediction(void *owner, const struct record *record)
{
    struct watch *watch = owner;
    int second = (int)(record->wall_ns / NS_PER_S - 1767225600);

    if (record->kind != RECORD_THERMAL || strcmp(record->thermal.axis, "datum_um") != 0 ||
        second < 21600)
        return;
    watch->count++;
    watch->worst =
        fmax(watch->worst, fabs(record->thermal.drift_um - 3 * (celsius(second) - 21)));
}

static void drift_is_predicted_between_probes(void **state)
{
    struct watch watch = {0};
    const struct record_sink out = {&watch, on_prediction};
    struct tracker *tracker = make_tracker();

    (void)state;
    for (int second = 1; second < 43200; second++) {
        if (second % 20 == 7)
            warm(tracker, second, &out);
        if (second % 3600 == 1801)
            measure(tracker, second, &out);
    }
    tracker_destroy(tracker);
    assert_true(watch.count > 300);
    assert_true(watch.worst < 4); /* an hour moves it by up to 16 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_follows_its_time_constant),
        cmocka_unit_test(three_temperatures_give_a_time_constant),
        cmocka_unit_test(stable_comes_when_the_change_is_small),
        cmocka_unit_test(a_break_shifts_the_next_part),
        cmocka_unit_test(the_filter_computes_the_worked_example),
        cmocka_unit_test(the_next_measurement_is_due_before_the_limit),
        cmocka_unit_test(symmetric_systems_are_solved_or_refused),
        cmocka_unit_test(stable_is_read_as_growth_in_a_time),
        cmocka_unit_test(ticks_and_restarts_change_no_byte),
        cmocka_unit_test(drift_is_predicted_between_probes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
