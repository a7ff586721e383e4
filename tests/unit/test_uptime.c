/* SPDX-License-Identifier: Apache-2.0 */
/* How likely a machine runs through a night without anybody. */
#include "daemon/analytics/tool/uptime.h"

#include "tests/unit/support/tool_story.h"

#include "daemon/analytics/tool/tool_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR 3600.0

static void near(double got, double expected, double relative)
{
    if (!(fabs(got - expected) <= relative * fabs(expected)))
        fail_msg("%.10g is not %.10g", got, expected);
}

static void hear(struct uptime *uptime, double at, double dur, enum execution state,
                 enum reason reason, const char *text)
{
    struct record record;

    record_init(&record, RECORD_STATE, story_moment(at));
    record.state.state = state;
    record.state.reason = reason;
    record.state.dur = dur;
    (void)text_copy(record.state.text, sizeof(record.state.text), text);
    uptime_hear(uptime, &record);
}

static void the_worked_example_is_reproduced(void **state)
{
    struct uptime uptime = {0};

    (void)state;
    for (int i = 0; i < 14; i++) {
        hear(&uptime, 16 * HOUR * i, 15 * HOUR, EXECUTION_RUN, REASON_NONE, "");
        hear(&uptime, 16 * HOUR * i + 15 * HOUR, 600, EXECUTION_IDLE, REASON_FAULT, "");
    }

    struct mtbf mtbf = uptime_mtbf(&uptime);
    near(mtbf.mean, 15.0, 1e-9);
    near(mtbf.lower, 9.595, 1e-4);
    near(economics_undisturbed(mtbf.mean, 8), .5866, 1e-4);
    near(economics_undisturbed(mtbf.lower, 8), .4344, 1e-3);
}

static void without_a_stop_only_the_bound_is_known(void **state)
{
    struct uptime uptime = {0};

    (void)state;
    assert_true(isnan(uptime_mtbf(&uptime).lower));
    assert_true(isnan(economics_undisturbed(uptime_mtbf(&uptime).lower, 8)));
    hear(&uptime, 0, NAN, EXECUTION_RUN, REASON_NONE, "");
    hear(&uptime, 0, 60 * HOUR, EXECUTION_RUN, REASON_NONE, "");
    near(uptime_mtbf(&uptime).lower, 20.03, 1e-3);
    assert_true(isnan(economics_undisturbed(uptime_mtbf(&uptime).mean, 8)));
}

static void what_was_planned_or_loads_is_no_stop(void **state)
{
    static const struct {
        enum execution state;
        enum reason reason;
        const char *text;
        double stops;
    } rows[] = {
        {EXECUTION_IDLE,    REASON_FAULT,           "",              1},
        {EXECUTION_IDLE,    REASON_MINOR,           "",              1},
        {EXECUTION_IDLE,    REASON_DOWN_UNREASONED, "",              1},
        {EXECUTION_IDLE,    REASON_OPERATOR,        "chips removed", 1},
        {EXECUTION_HOLD,    REASON_NONE,            "",              1},
        {EXECUTION_PSTOP,   REASON_NONE,            "",              1},
        {EXECUTION_IDLE,    REASON_OPERATOR,        "planned",       0},
        {EXECUTION_IDLE,    REASON_LOAD,            "",              0},
        {EXECUTION_IDLE,    REASON_SETUP,           "",              0},
        {EXECUTION_IDLE,    REASON_UNSCHEDULED,     "",              0},
        {EXECUTION_DONE,    REASON_NONE,            "",              0},
        {EXECUTION_WAIT,    REASON_WAIT,            "",              0},
        {EXECUTION_UNAVAIL, REASON_UNKNOWN,         "",              0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct uptime uptime = {0};

        hear(&uptime, 0, HOUR, EXECUTION_RUN, REASON_NONE, "");
        hear(&uptime, HOUR, 100, rows[i].state, rows[i].reason, rows[i].text);
        assert_true(uptime.stops == rows[i].stops);
        near(uptime.run_s, HOUR, 1e-12);
    }
}

static void the_pieces_of_a_stop_are_one_and_reasons_come_late(void **state)
{
    struct uptime uptime = {0};

    (void)state;
    hear(&uptime, 0, HOUR, EXECUTION_RUN, REASON_NONE, "");
    hear(&uptime, HOUR, 100, EXECUTION_DONE, REASON_NONE, "");
    hear(&uptime, HOUR + 100, 500, EXECUTION_IDLE, REASON_FAULT, "");
    assert_true(uptime.stops == 1);

    /* The first piece turns out to belong to it. */
    hear(&uptime, HOUR, 100, EXECUTION_DONE, REASON_FAULT, "");
    assert_true(uptime.stops == 1);

    /* Somebody says it was planned. */
    hear(&uptime, HOUR, 100, EXECUTION_DONE, REASON_OPERATOR, "planned");
    hear(&uptime, HOUR + 100, 500, EXECUTION_IDLE, REASON_OPERATOR, "planned");
    assert_true(uptime.stops == 0);
}

static void old_times_count_less(void **state)
{
    struct uptime uptime = {0};

    (void)state;
    for (int i = 0; i < 900; i++) {
        hear(&uptime, 2 * HOUR * i, HOUR, EXECUTION_RUN, REASON_NONE, "");
        hear(&uptime, 2 * HOUR * i + HOUR, 600, EXECUTION_IDLE, REASON_FAULT, "");
    }
    near(uptime_mtbf(&uptime).mean, 1, 1e-9);
    for (int i = 900; i < 4000; i++)
        hear(&uptime, 2 * HOUR * i, HOUR, EXECUTION_RUN, REASON_NONE, "");
    assert_true(uptime.run_s > 500 * HOUR && uptime.run_s <= 1000 * HOUR);
    assert_true(uptime_mtbf(&uptime).mean > 20);
}

static void a_tool_record_says_what_the_night_allows(void **state)
{
    static char seven[] = "7";
    struct tool_options options = {
        .unattended = 1800 * NS_PER_S, .offset_factor = 1, .monitor = true};
    struct story story;

    (void)state;
    story_init(&story);
    story.options.tools = &options;
    for (int i = 0; i < 10; i++)
        tool_story_cut(&story, 100 * i, &(struct tool_cut){seven, 6000, 30, 0, false});
    story_tell(&story, "970 alarm 1\n990 alarm 0\n");
    tool_story_cut(&story, 1200, &(struct tool_cut){seven, 6000, 30, 0, false});
    story_restart(&story);
    tool_story_cut(&story, 1300, &(struct tool_cut){seven, 6000, 30, 0, false});
    story_wait(&story, 1400);

    /* One fault in the eleven runs of 60 s before the last, whose end is told later. */
    const struct tool_record *tool = tool_story_last(&story);
    assert_true(tool->mtbf_h >= 11 * 60 / HOUR && tool->mtbf_h <= 12 * 60 / HOUR);
    near(tool->mtbf_low_h, economics_mtbf(1, tool->mtbf_h).lower, 1e-9);
    near(tool->unattended_h, 0.5, 1e-12);
    near(tool->p_unattended, exp(-0.5 / tool->mtbf_h), 1e-9);
    near(tool->p_unattended_low, exp(-0.5 / tool->mtbf_low_h), 1e-9);
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_is_reproduced),
        cmocka_unit_test(without_a_stop_only_the_bound_is_known),
        cmocka_unit_test(what_was_planned_or_loads_is_no_stop),
        cmocka_unit_test(the_pieces_of_a_stop_are_one_and_reasons_come_late),
        cmocka_unit_test(old_times_count_less),
        cmocka_unit_test(a_tool_record_says_what_the_night_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
