/* SPDX-License-Identifier: Apache-2.0 */
/* New edges that nobody tells of: seen in the load alone, also when lives are short. */
#include "daemon/analytics/tool/tool_options.h"
#include "tests/unit/support/tool_story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PARTS 40 /* an edge lives */

static void cut(struct story *story, int part, double load, int breaks_s)
{
    tool_story_cut(story, 100.0 * part,
                   &(struct tool_cut){.tool = "1",
                                      .load = load,
                                      .speed = 6000,
                                      .breaks_s = breaks_s,
                                      .is_told = true});
}

/* Break-in, then steadily, then faster: 40 % at the end. */
static double worn(int age)
{
    double u = (double)age / PARTS, late = fmax(0, (u - 0.8) / 0.2);

    return 30 * (1 + 0.4 * (0.15 * (1 - exp(-u / 0.04)) + 0.45 * u + 0.4 * late * late));
}

static size_t count_events(const struct story *story, const char *code)
{
    size_t count = 0;

    while (story_event(story, code, count))
        count++;
    return count;
}

static void edges_of_forty_parts_are_told_apart_and_warned_of_in_time(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int part = 0; part < 6 * PARTS + 8; part++)
        cut(&story, part, worn(part % PARTS) * (1 + 0.01 * (part * 7 % 5 - 2)), 0);
    story_wait(&story, 100.0 * (6 * PARTS + 9));
    assert_int_equal(count_events(&story, "tool_changed"), 6);
    assert_int_equal(count_events(&story, "tool_suspect"), 0);
    for (size_t life = 3; life < 6; life++) {
        const struct record *warned = story_event(&story, "tool_wear_warn", life);

        assert_non_null(warned);
        assert_in_range(warned->event.cycle_no, PARTS * life + PARTS / 2,
                        PARTS * life + PARTS * 8 / 10 + 1);
    }
    story_done(&story);
}

static void a_break_and_then_a_good_part_is_another_edge(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int part = 0; part < 30; part++)
        cut(&story, part, worn(part), 0);
    cut(&story, 30, worn(30), 20);
    assert_int_equal(count_events(&story, "tool_changed"), 0);
    for (int part = 31; part < 34; part++)
        cut(&story, part, worn(part - 31), 0);
    story_wait(&story, 3500);
    assert_int_equal(count_events(&story, "tool_suspect"), 1);
    assert_int_equal(count_events(&story, "tool_changed"), 1);
    assert_int_equal(tool_story_last(&story)->life_no, 2);
    assert_true(tool_story_last(&story)->used == 3);
    story_done(&story);
}

static void a_change_that_was_seen_and_is_told_late_is_one_change(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int part = 0; part < PARTS + 5; part++)
        cut(&story, part, worn(part % PARTS), 0);
    assert_int_equal(count_events(&story, "tool_changed"), 1);
    tool_story_change(&story, 100.0 * (PARTS + 5) - 10, "1", "");
    assert_int_equal(count_events(&story, "tool_changed"), 1);
    cut(&story, PARTS + 5, worn(5), 0);
    story_wait(&story, 100.0 * (PARTS + 6));
    assert_int_equal(tool_story_last(&story)->life_no, 2);
    assert_true(tool_story_last(&story)->used == 6);

    /* And the next one is another. */
    tool_story_change(&story, 100.0 * (PARTS + 6) + 5, "1", "");
    assert_int_equal(count_events(&story, "tool_changed"), 2);
    story_done(&story);
}

static void use_limit(struct story *story)
{
    static char number[] = "1", limit[] = "0.3mm";
    static struct tool_entry entry = {.tool = number, .wear_limit = limit};
    static const struct tool_options options = {
        .list = {&entry, 1},
          .offset_factor = 1, .monitor = true
    };

    entry.diameter = entry.edge_cost = entry.failure_cost = NAN;
    story_init(story);
    story->options.tools = &options;
}

static void measure(struct story *story, int part, const char *feature, double wear)
{
    static char number[] = "1";

    tool_story_measure(story, 100 * part + 80, number, feature, wear);
}

static void wear_measured_on_a_new_edge_gives_it_the_cuts_since_the_last(void **state)
{
    static const double wear[] = {.1, .2, .26, .4, NAN, .15, .2, .24};
    struct story story;

    (void)state;
    use_limit(&story);
    for (int part = 0; part < 8; part++) {
        cut(&story, part, 30 + (part & 1), 0);
        if (isnan(wear[part]))
            continue;
        measure(&story, part, "VB", wear[part]);
        measure(&story, part, "VBmax", 2 * wear[part]);
    }
    story_wait(&story, 900);

    const struct tool_record *last = tool_story_last(&story);
    assert_int_equal(last->life_no, 2);
    assert_int_equal(count_events(&story, "tool_changed"), 1);
    assert_true(fabs(last->used - 4 * 50 / 60.0) < 0.05);  /* min, of four parts */
    assert_true(fabs(last->wear_um - 240) < 1);            /* not of the other kind */
    assert_true(last->rul_q10 < 2 && last->rul_q90 > 0.5); /* .06 mm at .045 a part */
    story_done(&story);
}

static void edges_used_beyond_the_limit_teach_the_life_to_it(void **state)
{
    struct story story;
    int part = 0;

    (void)state;
    use_limit(&story);
    for (int life = 0; life < 5; life++)
        for (int cuts = 1; cuts <= 12; cuts++, part++) {
            cut(&story, part, 30 + (part & 1), 0);
            measure(&story, part, "VB", 0.05 * cuts + 0.002 * life);
        }
    cut(&story, part, 30, 0);
    measure(&story, part, "VB", 0.05);
    story_wait(&story, 100.0 * part + 200);

    const struct tool_record *last = tool_story_last(&story);
    assert_int_equal(last->life_no, 6);
    assert_string_equal(last->source_name, "measured");
    assert_true(fabs(last->rul_q50 - 5 * 50 / 60.0) <
                1); /* not the 11 parts to its end */
    assert_true(last->rul_q90 < 11 * 50 / 60.0);
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wear_measured_on_a_new_edge_gives_it_the_cuts_since_the_last),
        cmocka_unit_test(edges_used_beyond_the_limit_teach_the_life_to_it),
        cmocka_unit_test(edges_of_forty_parts_are_told_apart_and_warned_of_in_time),
        cmocka_unit_test(a_break_and_then_a_good_part_is_another_edge),
        cmocka_unit_test(a_change_that_was_seen_and_is_told_late_is_one_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
