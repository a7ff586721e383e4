/* SPDX-License-Identifier: Apache-2.0 */
/* How long a machine may run alone: stock, coolant, chips, and what comes first. */
#include "daemon/analytics/readiness/readiness.h"
#include "daemon/analytics/readiness/supply.h"

#include "tests/unit/support/tool_story.h"

#include "daemon/analytics/run/part_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct supply_rule bar = {.step = 1, .refill = 20};
static const struct supply_rule pallets = {.step = 1, .refill = 1};
static const struct supply_rule coolant = {.step = 1, .refill = 5, .bounds_early = true};

static void near(double got, double expected, double relative)
{
    if (!(fabs(got - expected) <= relative * fabs(expected)))
        fail_msg("%.10g is not %.10g", got, expected);
}

static void a_bar_lasts_as_its_parts_were_long(void **state)
{
    const double part = 75 / 3600.0;
    struct supply supply;

    (void)state;
    supply_init(&supply);
    assert_true(isnan(supply_lasts(&supply, &bar, 0, 0)));

    /* 52 mm every 75 s: 636 mm and a remnant of 150 are 486 / 52 = 9.346 parts. */
    for (int i = 0; i <= 7; i++) {
        supply_observe(&supply, &bar, 1000 - 52 * i, part * (i + 1));
        if (i < 2)
            assert_true(isnan(supply_lasts(&supply, &bar, 150, part * (i + 1))));
    }
    near(supply_lasts(&supply, &bar, 150, part * 8.9), 486 / 52.0 * part, 1e-9);

    /* The next bar; its first part says nothing of the pace, which is known. */
    supply_observe(&supply, &bar, 3000, part * 9);
    near(supply_lasts(&supply, &bar, 150, part * 9), 2850 / 52.0 * part, 1e-9);

    supply_observe(&supply, &bar, 140, part * 9);
    assert_true(supply_lasts(&supply, &bar, 150, part * 9) == 0);
    supply_observe(&supply, &bar, NAN, part * 10);
    assert_true(isnan(supply_lasts(&supply, &bar, 150, part * 10)));
}

static void a_pallet_that_takes_long_does_not_seem_to_last_for_ever(void **state)
{
    struct supply supply;

    (void)state;
    supply_init(&supply);
    supply_observe(&supply, &pallets, 6, 0);
    assert_true(isnan(supply_lasts(&supply, &pallets, 0, 2))); /* none has gone yet */
    supply_observe(&supply, &pallets, 5, 2);
    supply_observe(&supply, &pallets, 4, 3);
    near(supply_lasts(&supply, &pallets, 0, 3), 4, 1e-9); /* one an hour */
    near(supply_lasts(&supply, &pallets, 0, 3.5), 4, 1e-9);

    /* Two hours on, it has not gone: they take longer than they did. */
    near(supply_lasts(&supply, &pallets, 0, 5), 4 / (2 / 3.0), 1e-9);
}

static void noise_of_a_level_is_no_use_of_it(void **state)
{
    struct supply supply;

    (void)state;
    supply_init(&supply);
    for (int i = 0; i < 1000; i++)
        supply_observe(&supply, &coolant, 60 + (i % 2 ? 0.45 : -0.45), 0.01 * i);

    /* 10 h without a fall of 1 %: the 40.45 % down to 20 last 10 h each at least. */
    near(supply_lasts(&supply, &coolant, 20, 10), 40.45 * 10, 1e-9);

    supply_init(&supply);
    for (int i = 0; i < 300; i++)
        supply_observe(&supply, &coolant, 60 - 0.1 * i + (i % 2 ? 0.45 : -0.45),
                       0.05 * i); /* 2 % an hour */
    near(supply_lasts(&supply, &coolant, 20, 15), (30.55 - 20) / 2, 0.1);
    supply_observe(&supply, &coolant, 95, 15);
    near(supply_lasts(&supply, &coolant, 20, 15), 75 / 2.0, 0.1);
}

static void the_first_to_end_is_named_and_so_is_what_is_not_known(void **state)
{
    static const bool all[NEED_COUNT] = {true, true, true, true, true};
    static const bool three[NEED_COUNT] = {true, true, true, false, false};
    const double hours[NEED_COUNT] = {12.5, 9, 40, NAN, NAN};
    struct record record;
    struct tool_record *tool = &record.tool;

    (void)state;
    record_init(&record, RECORD_TOOL, story_moment(0));
    tool->mtbf_h = 15;
    tool->mtbf_low_h = 9.595;
    tool->unattended_h = 8;
    readiness_conclude(hours, all, 1000, tool);
    assert_true(tool->alone_h == 9 && tool->alone_until_s == 1000 + 9 * 3600);
    assert_string_equal(tool->alone_by, "stock");
    assert_string_equal(tool->alone_unknown, "chips, drift");
    assert_true(tool->alone_ok == RECORD_UNKNOWN);
    near(tool->p_alone, 0.548812, 1e-5);     /* exp(-9/15) */
    near(tool->p_alone_low, 0.391414, 1e-5); /* exp(-9/9.595) */

    record_init(&record, RECORD_TOOL, story_moment(0));
    tool->unattended_h = 8;
    readiness_conclude(hours, three, 1000, tool);
    assert_string_equal(tool->alone_unknown, "");
    assert_true(tool->alone_ok == 1 && isnan(tool->p_alone));

    /* What is known to be too little is too little, whatever the rest may be. */
    record_init(&record, RECORD_TOOL, story_moment(0));
    tool->unattended_h = 10;
    readiness_conclude(hours, all, 1000, tool);
    assert_true(tool->alone_ok == 0);

    record_init(&record, RECORD_TOOL, story_moment(0));
    readiness_conclude((double[NEED_COUNT]){NAN, NAN, NAN, NAN, NAN}, all, 0, tool);
    assert_true(isnan(tool->alone_h) && tool->alone_ok == RECORD_UNKNOWN);
    assert_string_equal(tool->alone_by, "");
    assert_string_equal(tool->alone_unknown, "tools, stock, coolant, chips, drift");
}

/* A lathe with a bar feeder: 40 mm a part, a part every 100 s, one more bar of 3 m. */
static void turn_parts(struct story *story, int first, int count)
{
    char text[32];

    for (int i = first; i < first + count; i++) {
        (void)snprintf(text, sizeof(text), "%d", 1000 - 40 * i);
        story_show(story, 100 * i, "bar_left", text);
        tool_story_cut(story, 100 * i, &(struct tool_cut){"7", 6000, 30, 0, false});
    }
    story_wait(story, 100 * (first + count) - 1);
}

static void a_tool_record_says_until_when_the_machine_may_run_alone(void **state)
{
    static char seven[] = "7", limit[] = "200 parts";
    struct tool_entry entry = {.tool = seven,
                               .limit = limit,
                               .diameter = NAN,
                               .taylor = NAN,
                               .edge_cost = NAN,
                               .failure_cost = NAN,
                               .change_min = NAN};
    struct tool_options options = {
        .offset_factor = 1,
        .monitor = true,
        .list = {&entry, 1},
        .unattended = 3600 * NS_PER_S,
        .coolant_min = 20,
        .chips_max = 90,
        .bar_remnant = 100
    };
    struct story story;
    const struct tool_record *tool;

    (void)state;
    story_init(&story);
    story.options.tools = &options;
    story_tell(&story, "0 coolant_level 70\n0 chip_level 30\n");
    turn_parts(&story, 0, 6);
    story_restart(&story); /* what was learned is kept */
    turn_parts(&story, 6, 4);

    /* After the tenth part, before the bar falls to 600: 640 - 100 mm at 40 mm in 100 s.
     */
    tool = tool_story_last(&story);
    near(tool->stock_h, 540 / 40.0 * 100 / 3600, 0.02);
    near(tool->alone_h, tool->stock_h, 1e-12);
    assert_string_equal(tool->alone_by, "stock");
    assert_string_equal(tool->alone_unknown, "drift");
    assert_true(tool->alone_ok == 0);
    near(tool->coolant_h, 50 * 960 / 3600.0, 0.02); /* as if it fell by 1 % now */
    assert_true(tool->chips_h > tool->coolant_h);
    assert_true(isnan(tool->drift_h));
    assert_true(tool->lights_out_h > tool->stock_h);

    /* Down to its remnant, 80 mm of 100, the bar is spent. */
    turn_parts(&story, 23, 1);
    assert_true(tool_story_last(&story)->alone_h == 0);
    story_done(&story);
}

/* 0.5 um a part with edges of 40 parts, 1 um of noise, a limit of 60 um. */
static void a_dimension_that_will_leave_its_limits_ends_a_night(void **state)
{
    static char dia[] = "dia", um[] = "um", name[] = "shaft", seven[] = "7";
    char *tools[] = {seven};
    struct feature_options feature = {
        .name = dia,
        .unit = um,
        .nominal = 0,
        .lower = NAN,
        .upper = 60,
        .tools = {tools, 1}
    };
    struct part_options part = {
        .part = name, .features = {&feature, 1}
    };
    const struct record *record = NULL;
    struct story story;

    (void)state;
    story_init(&story);
    story.options.parts = &part;
    story.options.part_count = 1;
    for (int i = 0; i < 100; i++) {
        double at = 100 * i + (i < 50 ? 0 : 4 * 3600); /* it cools down in the middle */
        double noise = (double)((uint32_t)i * 2654435761U >> 16) / 65536 - 0.5;

        if (i % 40 == 0 && i)
            tool_story_change(&story, at - 5, seven, "");
        tool_story_cut(&story, at, &(struct tool_cut){seven, 6000, 30, 0, false});
        tool_story_measure(&story, at + 80, seven, dia, 0.5 * (i % 40 + 1) + 3 * noise);
    }
    story_wait(&story, 10000 + 4 * 3600);
    for (size_t i = 0; i < story_count(&story, RECORD_ADVICE); i++)
        if (story_find(&story, RECORD_ADVICE, i)->advice.due != RECORD_UNKNOWN)
            record = story_find(&story, RECORD_ADVICE, i);
    assert_non_null(record);

    /* The parts until the next measurement is due, at 100 s each; advised when it changed
     * by a tenth. */
    const struct tool_record *tool = tool_story_last(&story);
    near(tool->drift_h, (double)record->advice.due * 100 / 3600, 0.15);
    assert_string_equal(tool->alone_unknown, "stock, coolant, chips");
    assert_true(tool->alone_h == fmin(tool->drift_h, tool->lights_out_h));
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_lasts_as_its_parts_were_long),
        cmocka_unit_test(a_pallet_that_takes_long_does_not_seem_to_last_for_ever),
        cmocka_unit_test(noise_of_a_level_is_no_use_of_it),
        cmocka_unit_test(the_first_to_end_is_named_and_so_is_what_is_not_known),
        cmocka_unit_test(a_dimension_that_will_leave_its_limits_ends_a_night),
        cmocka_unit_test(a_tool_record_says_until_when_the_machine_may_run_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
