/* SPDX-License-Identifier: Apache-2.0 */
/* Before and after: what an engineering change did, pilot and production, and how often
 * a chart called for nothing. */
#include "daemon/analytics/quality/alarm_rate.h"
#include "daemon/analytics/quality/baseline.h"
#include "daemon/analytics/quality/comparison.h"
#include "tests/unit/support/story.h"
#include "tests/unit/support/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct story the_story;
static double the_time;
static int64_t the_cycle;

static int begin(void **state)
{
    (void)state;
    story_init(&the_story);
    story_tell(&the_story, "0 program O100; 0 execution READY; 0 tool 3");
    the_time = 10;
    the_cycle = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    story_done(&the_story);
    return 0;
}

/* Cycles of about `seconds`, spread over two of them, always in the same manner. */
static void make_cycles(int count, double seconds)
{
    for (int i = 0; i < count; i++, the_cycle++) {
        double spread = (double)((the_cycle * 7) % 11 - 5) * 0.2;

        story_show(&the_story, the_time, "execution", "ACTIVE");
        the_time += seconds + spread;
        story_show(&the_story, the_time, "execution", "COMPLETED");
        story_show(&the_story, the_time, "execution", "READY");
        the_time += 20 + spread;
    }
}

static void say(enum statement_kind kind, const char *text, int64_t lot)
{
    struct statement statement = {.kind = kind,
                                  .at = story_moment(the_time),
                                  .who = "",
                                  .target = RECORD_UNKNOWN,
                                  .run_id = "",
                                  .tool = "3",
                                  .text = text};

    context_init(&statement.context);
    (void)text_copy(statement.context.part, sizeof(statement.context.part), "P7");
    statement.context.lot_seq = lot;
    story_say(&the_story, &statement);
}

static void a_faster_insert_is_seen_after_thirty_cycles(void **state)
{
    (void)state;
    say(STATEMENT_LOT, "", 4);
    make_cycles(60, 312.4);
    say(STATEMENT_ECO, "ECO-12 new insert", 4);
    make_cycles(34, 305.8);
    assert_null(story_event(&the_story, "eco", 0));
    make_cycles(2, 305.8);
    const struct record *event = story_event(&the_story, "eco.ct100", 0);
    assert_non_null(event);
    assert_true(fabs(event->event.value + 6.6) < 0.3);
    assert_non_null(strstr(event->event.text, "different"));
    assert_int_equal(event->event.severity, SEVERITY_NOTICE);
    event = story_event(&the_story, "eco", 0);
    assert_non_null(event);
    assert_non_null(strstr(event->event.text, "ECO-12 new insert"));
    assert_non_null(strstr(event->event.text, "ct100"));
    assert_null(strstr(event->event.text, "not attributable"));
    event = story_event(&the_story, "eco.gap", 0);
    assert_non_null(event);
    assert_non_null(strstr(event->event.text, "no detectable change"));
    make_cycles(60, 305.8);
    assert_null(story_event(&the_story, "eco", 1));
}

static void no_change_is_a_result_with_its_limit(void **state)
{
    (void)state;
    say(STATEMENT_LOT, "", 4);
    make_cycles(50, 100);
    say(STATEMENT_ECO, "coolant", 4);
    make_cycles(40, 100);
    const struct record *event = story_event(&the_story, "eco.ct100", 0);
    assert_non_null(event);
    assert_non_null(strstr(event->event.text, "smallest detectable with 50 and 30"));
    event = story_event(&the_story, "eco", 0);
    assert_true(event->event.value == 0);
}

static void what_changed_beside_it_is_named(void **state)
{
    (void)state;
    say(STATEMENT_LOT, "", 4);
    make_cycles(30, 100);
    say(STATEMENT_ECO, "feed", 4);
    say(STATEMENT_LOT, "", 5);
    say(STATEMENT_TOOL_CHANGED, "", 5);
    make_cycles(40, 95);
    const struct record *event = story_event(&the_story, "eco", 0);
    assert_non_null(event);
    assert_non_null(strstr(event->event.text, "not attributable"));
    assert_non_null(strstr(event->event.text, "lot"));
}

static void too_few_cycles_before_are_told(void **state)
{
    (void)state;
    say(STATEMENT_LOT, "", 4);
    make_cycles(9, 100);
    say(STATEMENT_ECO, "early", 4);
    make_cycles(40, 95);
    const struct record *event = story_event(&the_story, "eco", 0);
    assert_non_null(event);
    assert_non_null(strstr(event->event.text, "only"));
    assert_null(story_event(&the_story, "eco.ct100", 0));
}

static void a_change_survives_a_restart(void **state)
{
    (void)state;
    say(STATEMENT_LOT, "", 4);
    make_cycles(30, 100);
    say(STATEMENT_ECO, "feed", 4);
    make_cycles(10, 95);
    story_restart(&the_story);
    make_cycles(30, 95);
    const struct record *event = story_event(&the_story, "eco.ct100", 0);
    assert_non_null(event);
    assert_true(fabs(event->event.value + 5) < 0.5);
}

/* domain.md 7.5 */
static void the_worked_change_comes_out(void **state)
{
    const struct moments before = {.count = 40, .mean = 312.4, .square = 39 * 2.1 * 2.1};
    const struct moments after = {.count = 25, .mean = 305.8, .square = 24 * 2.6 * 2.6};
    struct welch welch = compare_means(&before, &after);

    (void)state;
    near(welch.difference, -6.6, 1e-12);
    near(welch.error, 0.616968, 1e-5);
    near(welch.t, -10.6975, 1e-5);
    near(welch.degrees, 43.1468, 1e-5);
    near(welch.difference - compare_margin(&welch, 0.95), -7.8441, 1e-4);
    near(welch.difference + compare_margin(&welch, 0.95), -5.3559, 1e-4);
}

static void a_week_of_alarms_is_counted(void **state)
{
    const int64_t monday_ns = INT64_C(1767571200) * NS_PER_S; /* 2026-01-05 */
    struct alarm_rate rate = {0};

    (void)state;
    assert_false(alarm_rate_advance(&rate, monday_ns));
    assert_true(isnan(alarm_week_share(alarm_rate_week(&rate))));
    rate.now = (struct alarm_week){
        .notices = 3, .pages = 2, .acknowledged = 4, .denied = 1, .unconfirmed = 1};
    assert_true(alarm_week_false(alarm_rate_week(&rate)) == 2);
    assert_false(alarm_rate_advance(&rate, monday_ns + 7 * NS_PER_DAY - 1));
    assert_true(alarm_rate_advance(&rate, monday_ns + 7 * NS_PER_DAY));
    assert_int_equal(rate.now.pages, 0);
    assert_true(alarm_week_false(alarm_rate_week(&rate)) == 2);
    assert_true(alarm_week_share(alarm_rate_week(&rate)) == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_faster_insert_is_seen_after_thirty_cycles,
                                        begin, end),
        cmocka_unit_test_setup_teardown(no_change_is_a_result_with_its_limit, begin, end),
        cmocka_unit_test_setup_teardown(what_changed_beside_it_is_named, begin, end),
        cmocka_unit_test_setup_teardown(too_few_cycles_before_are_told, begin, end),
        cmocka_unit_test_setup_teardown(a_change_survives_a_restart, begin, end),
        cmocka_unit_test(the_worked_change_comes_out),
        cmocka_unit_test(a_week_of_alarms_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
