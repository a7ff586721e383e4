/* SPDX-License-Identifier: Apache-2.0 */
/* Key figures: the worked example of domain.md 1.9, local time, and a shift as told. */
#include "daemon/analytics/cycle/calendar.h"
#include "daemon/analytics/kpi/elements.h"
#include "daemon/analytics/run/part_options.h"
#include "tests/unit/support/story.h"
#include "tests/unit/support/table.h"

#include <math.h>
#include <string.h>

static const struct kpi_elements example = {
    .pot = 480,
    .pbt = 450,
    .net = 324,
    .aust = 45,
    .minor = 21,
    .delay = 30,
    .adot = 30,
    .aoet = 480 * 60,
    .pq = 100,
    .sq = 2,
    .rq = 1,
    .planned_output = 300,
};

static struct kpi_record derive(const struct kpi_elements *elements, unsigned minor_stops)
{
    const struct kpi_options options = {true, minor_stops};
    struct record record;

    record_init(&record, RECORD_KPI, (struct moment){0, 0});
    kpi_elements_derive(elements, &options, &record.kpi);
    return record.kpi;
}

static void the_worked_example_is_reproduced(void **state)
{
    struct kpi_record kpi = derive(&example, MINOR_STOPS_AVAILABILITY);

    (void)state;
    near(kpi.adet, 51, 1e-12);
    near(kpi.avail, 0.72, 1e-12);
    near(kpi.eff, 0.925926, 1e-6);
    near(kpi.qual, 0.97, 1e-12);
    near(kpi.oee, 0.646667, 1e-6);
    near(kpi.aupt, 369, 1e-12);
    near(kpi.aubt, 420, 1e-12);
    near(kpi.alloc_eff, 0.933333, 1e-6);
    near(kpi.util_eff, 0.771429, 1e-6);
    near(kpi.setup_ratio, 0.121951, 1e-5);
    near(kpi.tech_eff, 0.864, 1e-12);
    near(kpi.nee, 0.736481, 1e-6);
    near(kpi.throughput, 0.208333, 1e-5);
    near(kpi.pri, 3, 1e-12);

    struct kpi_elements minutes = example;
    minutes.aoet = 480;
    kpi = derive(&minutes, MINOR_STOPS_AVAILABILITY);
    near(kpi.alloc_ratio, 0.875, 1e-12);
    near(kpi.process_ratio, 0.675, 1e-12);
}

static void oee_does_not_care_where_minor_stops_are_counted(void **state)
{
    struct kpi_record kpi = derive(&example, MINOR_STOPS_PERFORMANCE);

    (void)state;
    near(kpi.apt, 345, 1e-12);
    near(kpi.avail, 0.766667, 1e-6);
    near(kpi.eff, 0.869565, 1e-6);
    near(kpi.oee, 0.646667, 1e-6);
}

static void what_divides_by_nothing_is_not_known(void **state)
{
    struct kpi_elements idle = {.pbt = 100}, off = {.pq = 1, .unpriced = 1};
    struct kpi_record kpi = derive(&idle, MINOR_STOPS_AVAILABILITY);

    (void)state;
    near(kpi.avail, 0, 1e-12);
    near(kpi.oee, 0, 1e-12);
    assert_true(isnan(kpi.qual));
    kpi = derive(&off, MINOR_STOPS_AVAILABILITY);
    assert_true(isnan(kpi.avail) && isnan(kpi.oee) && isnan(kpi.pri) && isnan(kpi.eff));
    near(kpi.qual, 1, 1e-12);
}

static int64_t wall(const char *text)
{
    int64_t ns = 0;

    assert_true(moment_parse(text, &ns) > 0);
    return ns;
}

static void local_time_follows_the_rule(void **state)
{
    static const struct {
        const char *rule, *at;
        int hours;
    } rows[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3",   "2026-03-29T00:59:59Z", 1 },
        {"CET-1CEST,M3.5.0,M10.5.0/3",   "2026-03-29T01:00:00Z", 2 },
        {"CET-1CEST,M3.5.0,M10.5.0/3",   "2026-10-25T00:59:59Z", 2 },
        {"CET-1CEST,M3.5.0,M10.5.0/3",   "2026-10-25T01:00:00Z", 1 },
        {"EST5EDT,M3.2.0,M11.1.0",       "2026-03-08T07:00:00Z", -4},
        {"EST5EDT",                      "2026-03-08T06:59:59Z", -5},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 11},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00Z", 10},
        {"<+08>-8",                      "2026-07-01T00:00:00Z", 8 },
        {"XXX3YYY,J60/0,J300/0",         "2024-03-01T03:00:00Z", -2},
        {"nonsense",                     "2026-07-01T00:00:00Z", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct zone zone;

        (void)zone_read(&zone, rows[i].rule);
        assert_int_equal(zone_offset(&zone, wall(rows[i].at)),
                         rows[i].hours * NS_PER_HOUR);
    }
}

/* Early 06-14 with a break, late 14-22, night 22-06, in Berlin, weekdays. */
static struct break_options pause[] = {
    {9 * NS_PER_HOUR, 9 * NS_PER_HOUR + 15 * NS_PER_MINUTE}
};
static char *weekdays[] = {(char[]){"mon"}, (char[]){"tue"}, (char[]){"wed"},
                           (char[]){"thu"}, (char[]){"fri"}};
static struct shift_options shifts[] = {
    {(char[]){"early"}, 6 * NS_PER_HOUR,  14 * NS_PER_HOUR, {weekdays, 5}, {pause, 1}},
    {(char[]){"night"}, 22 * NS_PER_HOUR, 6 * NS_PER_HOUR,  {NULL, 0},     {NULL, 0} },
};
static struct calendar_options berlin = {
    (char[]){"CET-1CEST,M3.5.0,M10.5.0/3"},
    { shifts,                           2},
    { NULL,                           0}
};

static void the_night_of_the_change_is_an_hour_longer(void **state)
{
    struct calendar calendar;
    struct calendar_shift shift;

    (void)state;
    calendar_init(&calendar, &berlin);
    assert_true(calendar_find_shift(&calendar, wall("2026-10-24T22:00:00Z"), &shift));
    assert_string_equal(shift.name, "night");
    assert_int_equal(shift.to_ns - shift.from_ns, 9 * NS_PER_HOUR);
    assert_true(calendar_find_shift(&calendar, wall("2026-03-28T22:00:00Z"), &shift));
    assert_int_equal(shift.to_ns - shift.from_ns, 7 * NS_PER_HOUR);
    assert_false(calendar_find_shift(&calendar, wall("2026-11-21T08:00:00Z"), &shift));
}

static void breaks_are_scheduled_but_not_busy(void **state)
{
    struct calendar calendar;

    (void)state;
    calendar_init(&calendar, &berlin);
    /* Monday 2026-11-23, local 00:00 to 24:00: night until 6, early, night from 22. */
    struct calendar_sum sum = calendar_measure(&calendar, wall("2026-11-22T23:00:00Z"),
                                               wall("2026-11-23T23:00:00Z"));
    assert_int_equal(sum.scheduled_ns, 16 * NS_PER_HOUR);
    assert_int_equal(sum.busy_ns, 16 * NS_PER_HOUR - 15 * NS_PER_MINUTE);
    calendar_init(&calendar, NULL);
    sum = calendar_measure(&calendar, 0, 3 * NS_PER_DAY);
    assert_int_equal(sum.busy_ns, 3 * NS_PER_DAY);
}

/* A shift of 20 minutes from the story's beginning, with a break of one. */
static struct break_options short_break[] = {
    {10 * NS_PER_MINUTE, 11 * NS_PER_MINUTE}
};
static struct shift_options short_shift[] = {
    {(char[]){"short"}, 0, 20 * NS_PER_MINUTE, {NULL, 0}, {short_break, 1}},
};
static struct calendar_options short_calendar = {
    (char[]){"UTC0"},
    { short_shift,     1},
    { NULL,     0}
};

static const struct record *newest_window(const struct story *story, const char *window)
{
    const struct record *found = NULL;

    for (size_t i = 0; i < story->count; i++)
        if (story->records[i].kind == RECORD_KPI &&
            strcmp(story->records[i].kpi.window, window) == 0)
            found = &story->records[i];
    return found;
}

/* Ten cycles of 50 s with 10 s of loading, then a stop to beyond the shift's end. */
static void tell_a_shift(struct story *story)
{
    const double begin = 86400 - (double)(story_moment(0).wall_ns / NS_PER_S % 86400);

    story_show(story, begin + 0, "execution", "READY");
    for (int i = 0; i < 10; i++) {
        story_show(story, begin + 60 * i + 5, "execution", "ACTIVE");
        story_show(story, begin + 60 * i + 55, "execution", "PROGRAM_COMPLETED");
    }
    story_show(story, begin + 1500, "execution", "ACTIVE");
    story_show(story, begin + 1550, "execution", "PROGRAM_COMPLETED");
    story_wait(story, begin + 1700);
}

static void a_shift_counts_what_lies_in_it(void **state)
{
    struct part_options parts[] = {
        {.part = (char[]){""}, .op = (char[]){""}, .ideal_cycle = 60 * NS_PER_S}
    };
    struct story story;

    (void)state;
    story_init(&story);
    story.options.calendar = &short_calendar;
    story.options.parts = parts;
    story.options.part_count = 1;
    tell_a_shift(&story);

    const struct record *shift = newest_window(&story, "shift");
    assert_non_null(shift);
    assert_string_equal(shift->kpi.label, "short");
    near(shift->kpi.pot, 1200, 1e-9);
    near(shift->kpi.pbt, 1140, 1e-9);
    near(shift->kpi.pq, 10, 1e-12);
    near(shift->kpi.pri, 60, 1e-12);
    near(shift->kpi.oee, 600.0 / 1140, 1e-9);
    assert_true(shift->kpi.apt >= 500 && shift->kpi.apt <= 601);
    assert_true(shift->kpi.adet > 500);
    near(shift->kpi.apt + shift->kpi.aust + shift->kpi.adet + shift->kpi.adot,
         shift->kpi.pbt, 0.01);
    assert_true(isnan(shift->kpi.aoet));
    story_done(&story);
}

static void ticks_do_not_change_what_a_window_ends_as(void **state)
{
    struct story slow, fast;

    (void)state;
    story_init(&slow);
    story_init(&fast);
    slow.options.calendar = fast.options.calendar = &short_calendar;
    fast.tick_every_ms = 700;
    fast.save_every = 3;
    tell_a_shift(&slow);
    tell_a_shift(&fast);
    const struct record *one = newest_window(&slow, "shift");
    const struct record *other = newest_window(&fast, "shift");
    assert_non_null(one);
    assert_non_null(other);
    near(other->kpi.apt, one->kpi.apt, 1e-9);
    near(other->kpi.adet, one->kpi.adet, 1e-9);
    assert_int_equal(other->wall_ns, one->wall_ns);
    story_done(&slow);
    story_done(&fast);
}

static void a_reason_moves_the_time_it_explains(void **state)
{
    struct story story;
    double adet, aust;

    (void)state;
    story_init(&story);
    story.options.calendar = &short_calendar;
    tell_a_shift(&story);
    const struct record *shift = newest_window(&story, "shift");
    assert_non_null(shift);
    adet = shift->kpi.adet;
    aust = shift->kpi.aust;

    const double begin = 86400 - (double)(story_moment(0).wall_ns / NS_PER_S % 86400);
    struct statement statement = {.kind = STATEMENT_REASON,
                                  .at = story_moment(begin + 1701),
                                  .who = "test",
                                  .text = "setup",
                                  .about = story_moment(begin + 800)};
    context_init(&statement.context);
    story_say(&story, &statement);
    shift = newest_window(&story, "shift");
    assert_true(shift->kpi.aust > aust + 500);
    near(shift->kpi.aust + shift->kpi.adet, aust + adet, 1e-6);
    story_done(&story);
}

/* More states have passed than are kept: a stop that lasted is known all the same. */
static void a_late_reason_counts_nothing_twice(void **state)
{
    const double begin = 86400 - (double)(story_moment(0).wall_ns / NS_PER_S % 86400);
    struct statement statement = {.kind = STATEMENT_REASON,
                                  .at = story_moment(begin + 4501),
                                  .who = "test",
                                  .text = "setup",
                                  .about = story_moment(begin + 800)};
    struct story story;

    (void)state;
    context_init(&statement.context);
    story_init(&story);
    story.options.calendar = &short_calendar;
    tell_a_shift(&story);
    for (int i = 0; i < 45; i++) {
        story_show(&story, begin + 1800 + 60 * i + 5, "execution", "ACTIVE");
        story_show(&story, begin + 1800 + 60 * i + 55, "execution", "PROGRAM_COMPLETED");
    }
    story_wait(&story, begin + 4500);
    const struct kpi_record before = newest_window(&story, "shift")->kpi;
    story_say(&story, &statement);
    const struct kpi_record after = newest_window(&story, "shift")->kpi;
    assert_true(after.aust > before.aust + 500);
    near(after.aust + after.adet, before.aust + before.adet, 1e-6);
    near(after.apt, before.apt, 1e-6);
    story_done(&story);
}

static double seconds_of(const struct story *story, enum reason reason)
{
    double seconds = 0;

    for (size_t i = 0; i < story_count(story, RECORD_STATE); i++) {
        const struct record *record = story_find(story, RECORD_STATE, i);

        if (record->state.reason == reason && record->state.dur >= 0)
            seconds += record->state.dur;
    }
    return seconds;
}

static void time_nobody_planned_is_a_stop_of_its_own(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    story.options.calendar = &short_calendar;
    tell_a_shift(&story);
    near(seconds_of(&story, REASON_PLANNED), 60, 1e-9);
    near(seconds_of(&story, REASON_UNSCHEDULED), 300, 1e-9);
    near(seconds_of(&story, REASON_DOWN_UNREASONED), 545, 1e-9);
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_is_reproduced),
        cmocka_unit_test(oee_does_not_care_where_minor_stops_are_counted),
        cmocka_unit_test(what_divides_by_nothing_is_not_known),
        cmocka_unit_test(local_time_follows_the_rule),
        cmocka_unit_test(the_night_of_the_change_is_an_hour_longer),
        cmocka_unit_test(breaks_are_scheduled_but_not_busy),
        cmocka_unit_test(a_shift_counts_what_lies_in_it),
        cmocka_unit_test(ticks_do_not_change_what_a_window_ends_as),
        cmocka_unit_test(a_reason_moves_the_time_it_explains),
        cmocka_unit_test(a_late_reason_counts_nothing_twice),
        cmocka_unit_test(time_nobody_planned_is_a_stop_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
