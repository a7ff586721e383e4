/* SPDX-License-Identifier: Apache-2.0 */
/* Sisters, speeds, trends, breakage by numbers, and what changes throw away. */
#include "tests/unit/support/tool_story.h"

#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/statistics/order.h"
#include "daemon/analytics/tool/breakage.h"
#include "daemon/analytics/tool/index_trend.h"
#include "daemon/analytics/tool/life_speed.h"
#include "daemon/analytics/tool/tool_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char seven[] = "7", eight[] = "8", sisters[] = "roughers", ten[] = "10 parts";

static void near(double got, double expected, double relative)
{
    if (!(fabs(got - expected) <= relative * fabs(expected)))
        fail_msg("%.10g is not %.10g", got, expected);
}

static void level_and_slope_are_filtered(void **state)
{
    struct index_trend trend = {1.0, .0016, .03 * .03, 0, .0004 * .0004, true};
    const double seen[] = {1.02, 1.00, 1.05, 1.03};
    const double expected[][2] = {
        {1.01080082, .00160164},
        {1.00826610, .00159943},
        {1.01991522, .00161016},
        {1.02322634, .00161318}
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        index_trend_add(&trend, seen[i], .03);
        near(trend.level, expected[i][0], 1e-8);
        near(trend.slope, expected[i][1], 1e-5);
    }
    near(sqrt(trend.p_level), .01344028, 1e-6);
    near(sqrt(trend.p_slope), .00040164, 1e-4);
}

static void breakage_bounds_come_from_median_and_spread(void **state)
{
    double energies[] = {512, 498, 505, 520, 501, 509, 495, 507, 515, 503};
    struct robust robust = order_robust(energies, 10);
    struct breakage_norm norm = {robust.median, robust.sigma, 1, .6, 100, 3, .5, 60};

    (void)state;
    near(robust.median, 506, 1e-12);
    near(robust.sigma, 8.1543, 1e-4);
    near(breakage_low(&norm, INFINITY), 440.77, 1e-4);

    const struct {
        struct breakage_sign sign;
        enum breakage expected;
    } rows[] = {
        {{440, 100, 0, .5, 1e6},  BREAKAGE_LOW     },
        {{441, 100, 0, .5, 1e6},  BREAKAGE_NONE    },
        {{126, 100, 0, .5, 40},   BREAKAGE_MISSING },
        {{506, 201, 0, .5, 40},   BREAKAGE_OVERLOAD},
        {{900, 100, 0, .5, 40},   BREAKAGE_HIGH    },
        {{506, 100, 1.5, .5, 40}, BREAKAGE_AMID    },
        {{506, 100, 1, .5, 40},   BREAKAGE_NONE    },
        {{506, 100, 1.5, 1, 40},  BREAKAGE_NONE    }, /* not yet three values */
        {{390, 100, 0, .5, 4},    BREAKAGE_NONE    }, /* one of four was in air */
        {{250, 100, 0, .5, 4},    BREAKAGE_LOW     },
        {{0, 100, 0, .5, 2},      BREAKAGE_NONE    }, /* too few to say anything */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(breakage_judge(&norm, &rows[i].sign), rows[i].expected);
}

static void live_at(struct tool_memory *memory, double speed, double minutes)
{
    tool_memory_learn(memory, minutes, true,
                      &(struct life_trace){
                          .stride = 1, .pace = {speed, minutes}
    });
}

static void lives_at_other_speeds_are_scaled_by_taylor(void **state)
{
    struct tool_memory memory;
    struct taylor taylor;

    (void)state;
    tool_memory_init(&memory, "endmill");
    near(life_speed_factor(&memory, .25, 2000), 1, 1e-12);
    live_at(&memory, 2000, 60);
    live_at(&memory, 2000, 64);
    near(life_speed_factor(&memory, .25, 2040), 1, 1e-12); /* the same speed */
    near(life_speed_factor(&memory, .25, 2400), pow(1 / 1.2, 4), 1e-9);
    near(life_speed_factor(&memory, .25, NAN), 1, 1e-12);
    assert_false(life_speed_fit(&memory, &taylor));

    tool_memory_init(&memory, "endmill");
    live_at(&memory, 1200, 62);
    live_at(&memory, 1500, 30.5);
    live_at(&memory, 1800, 17.2);
    live_at(&memory, 2100, 10.1);
    assert_true(life_speed_fit(&memory, &taylor));
    near(taylor.exponent, .309639, 1e-5);
    near(taylor.constant, 4317.43, 1e-5);
    near(life_speed_factor(&memory, .25, 1200),
         pow(pow(1200.0 * 1500 * 1800 * 2100, .25) / 1200, 1 / .309639), 1e-5);
}

static void one_speed_gives_a_law_by_the_usual_exponent(void **state)
{
    struct tool_memory memory;
    struct taylor taylor;

    (void)state;
    tool_memory_init(&memory, "endmill");
    assert_false(life_speed_law(&memory, .125, &taylor));
    live_at(&memory, 50.33, 14); /* Groover: n 0.125, C 70 */
    assert_true(life_speed_law(&memory, .125, &taylor));
    near(taylor.constant, 70, 1e-4);
}

/* Carbide of domain.md 3.11: T 9.25 min is cheapest, 3.0 min fastest. */
static void the_economic_speed_is_told(void **state)
{
    struct cost_options cost = {.rate_per_h = 72};
    struct part_options part = {.part = seven, .cost = &cost};
    struct tool_life_options life = {.act = 1.3,
                                     .taylor = 0.25,
                                     .edge_cost = 2.5,
                                     .failure_cost = NAN,
                                     .change_min = 1};
    struct tool_options options = {.life = &life, .offset_factor = 1, .monitor = true};
    struct story story;

    (void)state;
    story_init(&story);
    story.options.tools = &options;
    story.options.parts = &part;
    story.options.part_count = 1;
    for (int i = 0; i < 12; i++)
        tool_story_cut(&story, 100 * i, &(struct tool_cut){seven, 6000, 30, 0, true});
    story_wait(&story, 1190);
    assert_true(isnan(tool_story_last(&story)->cheapest_speed)); /* no life is known */
    tool_story_change(&story, 1190, seven, "worn");
    near(tool_story_last(&story)->cheapest_life_min, 9.25, 1e-9);
    near(tool_story_last(&story)->fastest_life_min, 3, 1e-9);
    near(tool_story_last(&story)->cheapest_speed, 6000 * pow(10 / 9.25, .25), 0.01);
    near(tool_story_last(&story)->fastest_speed, 6000 * pow(10 / 3.0, .25), 0.01);
    story_done(&story);
}

static void play_sisters(struct story *story, const struct tool_options *options)
{
    story_init(story);
    story->options.tools = options;
    for (int i = 0; i < 4; i++)
        tool_story_cut(story, 100 * i, &(struct tool_cut){seven, 6000, 30, 0, false});
    for (int i = 4; i < 7; i++)
        tool_story_cut(story, 100 * i, &(struct tool_cut){eight, 6000, 30, 0, false});
    story_wait(story, 800);
}

static struct tool_entry sister(char *tool)
{
    return (struct tool_entry){.tool = tool,
                               .group = sisters,
                               .limit = ten,
                               .diameter = NAN,
                               .taylor = NAN,
                               .edge_cost = 12,
                               .failure_cost = NAN};
}

static void sisters_add_up_and_share_a_signature(void **state)
{
    struct tool_entry entries[] = {sister(seven), sister(eight)};
    struct tool_options options = {
        .list = {entries, 2},
          .offset_factor = 1, .monitor = true
    };
    struct story story;

    (void)state;
    play_sisters(&story, &options);

    const struct tool_record *tool = tool_story_last(&story);
    assert_string_equal(tool->tool, "8");
    assert_string_equal(tool->group, "roughers");
    near(tool->remaining, 7, 1e-12);
    near(tool->group_remaining, 6 + 7, 1e-12);

    /* 13 parts, one a cycle of 60 s and what loading takes. */
    assert_true(tool->lasts_h >= 13 * 60 / 3600.0 && tool->lasts_h < 13 * 100.5 / 3600);
    near(tool->lights_out_h, tool->lasts_h, 1e-12); /* not what the first sister told */
    assert_true(isnan(tool->group_q05));            /* limits have no quantiles */

    /* The first part of the second sister already has an index. */
    const struct record *segment = story_find(&story, RECORD_SEGMENT, 4);
    near(segment->segment.index, 1, 0.02);
    story_done(&story);
}

static void parts_of_a_spent_edge_and_life_thrown_away_are_counted(void **state)
{
    struct tool_entry entry = sister(seven);
    struct tool_options options = {
        .list = {&entry, 1},
          .offset_factor = 1, .monitor = true
    };
    char wear_limit[] = "0.3mm";
    struct story story;

    (void)state;
    entry.limit = NULL;
    entry.wear_limit = wear_limit;
    story_init(&story);
    story.options.tools = &options;
    for (int i = 0; i < 8; i++) {
        tool_story_cut(&story, 100 * i, &(struct tool_cut){seven, 6000, 30, 0, false});
        tool_story_measure(&story, 100 * i + 80, seven, "VB", 0.05 + 0.02 * (i + 1));
    }
    story_wait(&story, 900);

    double left = tool_story_last(&story)->rul_q50, used = tool_story_last(&story)->used;
    assert_true(left > 0);
    tool_story_change(&story, 900, seven, "");
    near(tool_story_last(&story)->left_lives, left / (used + left), 1e-9);
    near(tool_story_last(&story)->left_cost, 12 * left / (used + left), 1e-9);

    tool_story_cut(&story, 1000, &(struct tool_cut){seven, 6000, 30, 0, false});
    tool_story_measure(&story, 1080, seven, "VB", 0.31);
    tool_story_cut(&story, 1100, &(struct tool_cut){seven, 6000, 30, 0, false});
    tool_story_cut(&story, 1200, &(struct tool_cut){seven, 6000, 30, 0, false});
    story_wait(&story, 1300);
    near(tool_story_last(&story)->overrun, 2, 1e-12);
    story_done(&story);
}

static void an_untold_change_is_seen_in_the_load(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int i = 0; i < 60; i++)
        tool_story_cut(&story, 100 * i,
                       &(struct tool_cut){seven, 6000, 30 + 0.25 * i, 0, false});
    assert_non_null(story_event(&story, "tool_wear_warn", 0));
    assert_null(story_event(&story, "tool_changed", 0));
    for (int i = 60; i < 64; i++)
        tool_story_cut(&story, 100 * i, &(struct tool_cut){seven, 6000, 31, 0, false});
    story_wait(&story, 6500);
    assert_non_null(story_event(&story, "tool_changed", 0));
    assert_null(story_event(&story, "tool_changed", 1));
    assert_null(story_event(&story, "tool_suspect", 0)); /* fresh is not broken */

    /* The two parts by which it was known are the new edge's. */
    near(tool_story_last(&story)->used, 4, 1e-12);
    assert_int_equal(tool_story_last(&story)->life_no, 2);
    story_done(&story);
}

/* The load vanishes in the last third of the cut: its energy alone would pass. */
static void an_edge_that_breaks_late_in_the_cut_is_suspected(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int i = 0; i < 30; i++)
        tool_story_cut(&story, 100 * i,
                       &(struct tool_cut){seven, 6000, 30 + 0.5 * i, 0, true});
    tool_story_cut(&story, 3000, &(struct tool_cut){seven, 6000, 45, 35, true});
    story_wait(&story, 3100);
    assert_non_null(story_event(&story, "tool_suspect", 0));
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_and_slope_are_filtered),
        cmocka_unit_test(breakage_bounds_come_from_median_and_spread),
        cmocka_unit_test(lives_at_other_speeds_are_scaled_by_taylor),
        cmocka_unit_test(one_speed_gives_a_law_by_the_usual_exponent),
        cmocka_unit_test(the_economic_speed_is_told),
        cmocka_unit_test(sisters_add_up_and_share_a_signature),
        cmocka_unit_test(parts_of_a_spent_edge_and_life_thrown_away_are_counted),
        cmocka_unit_test(an_untold_change_is_seen_in_the_load),
        cmocka_unit_test(an_edge_that_breaks_late_in_the_cut_is_suspected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
