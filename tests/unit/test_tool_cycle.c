/* SPDX-License-Identifier: Apache-2.0 */
/* What a whole cycle says about its tools: what a drill did not cut, the tap after it
 * meets (domain.md 3.9); dry runs and aborted cycles accuse none. */
#include "tests/unit/support/tool_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void show(struct story *story, double at, const char *signal, double value)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%g", value);
    story_show(story, at, signal, text);
}

static void cut_with(struct story *story, double at, const char *tool, double load)
{
    story_show(story, at, "tool", tool);
    show(story, at, "spindle_speed", 3000);
    for (int i = 0; i < 5; i++)
        show(story, at + 0.5 * i, "spindle_load", 8);
    show(story, at + 2.5, "cutting", 1);
    for (int i = 0; i < 25; i++)
        show(story, at + 2.5 + i, "spindle_load", 8 + load + 0.2 * (i % 3));
    show(story, at + 27.5, "cutting", 0);
    show(story, at + 27.5, "spindle_load", 8);
}

/* One part: tool 3 drills, tool 4 taps the hole. */
static void make_part(struct story *story, int part, double drill, double tap)
{
    double at = 100.0 * part;

    story_show(story, at, "program", "O1");
    story_show(story, at, "execution", "ACTIVE");
    cut_with(story, at, "3", drill);
    cut_with(story, at + 30, "4", tap);
    story_show(story, at + 60, "execution", "READY");
}

static const struct event_record *find(const struct story *story, const char *code)
{
    const struct record *record = story_event(story, code, 0);

    return record ? &record->event : NULL;
}

static void begin(struct story *story)
{
    story_init(story);
    for (int part = 0; part < 20; part++)
        make_part(story, part, 30 + 0.2 * (part % 3), 20 + 0.2 * (part % 2));
    story_wait(story, 1990);
    assert_null(find(story, "tool_suspect"));
}

static void a_drill_is_broken_when_the_tap_meets_what_it_left(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    make_part(&story, 20, 0, 75);
    story_wait(&story, 2090);
    assert_non_null(find(&story, "tool_broken"));
    assert_string_equal(find(&story, "tool_broken")->subject, "3");
    assert_non_null(strstr(find(&story, "tool_broken")->text, "tool 4 met"));
    assert_null(find(&story, "tool_suspect")); /* the tap did what it could */

    make_part(&story, 21, 30, 20); /* a new drill */
    story_wait(&story, 2190);
    assert_string_equal(find(&story, "tool_changed")->subject, "3");
    assert_null(find(&story, "tool_suspect"));
    story_done(&story);
}

static void a_drill_alone_is_only_suspected(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    make_part(&story, 20, 0, 20);
    story_wait(&story, 2090);
    assert_null(find(&story, "tool_broken"));
    assert_string_equal(find(&story, "tool_suspect")->subject, "3");
    story_done(&story);
}

static void assert_unsuspected(struct story *story, double until)
{
    story_wait(story, until);
    assert_null(find(story, "tool_suspect"));
    assert_null(find(story, "tool_broken"));
    assert_null(find(story, "tool_changed"));
    story_done(story);
}

static void where_nothing_was_cut_there_was_nothing_to_cut(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    make_part(&story, 20, 0, 0); /* drill and tap do not vanish together */
    make_part(&story, 21, 30, 20);
    assert_unsuspected(&story, 2190);
}

static void a_dry_run_accuses_no_tool(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    story_show(&story, 1995, "mode_override.dry_run", "1");
    make_part(&story, 20, 0, 20);
    story_show(&story, 2095, "mode_override.dry_run", "0");
    make_part(&story, 21, 30, 20);
    assert_unsuspected(&story, 2190);
}

static void what_an_abort_cut_short_accuses_no_tool(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    story_show(&story, 2000, "execution", "ACTIVE");
    cut_with(&story, 2000, "3", 30);
    story_show(&story, 2030, "tool", "4");
    show(&story, 2030, "spindle_speed", 3000);
    show(&story, 2032, "cutting", 1);
    for (int i = 0; i < 12; i++)
        show(&story, 2032 + i, "spindle_load", 28);
    show(&story, 2044, "spindle_load", 0);
    show(&story, 2044, "cutting", 0);
    story_show(&story, 2055, "emergency_stop", "TRIGGERED");
    story_show(&story, 2056, "execution", "READY");
    story_show(&story, 2090, "emergency_stop", "ARMED");
    make_part(&story, 21, 30, 20);
    assert_unsuspected(&story, 2190);
}

/* The control shows no tool while it cuts, as after a reset in the middle of a change. */
static void a_cut_without_a_tool_is_not_the_next_tools(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    story_show(&story, 2000, "tool", "0");
    story_show(&story, 2000, "execution", "ACTIVE");
    cut_with(&story, 2000, "0", 30);
    cut_with(&story, 2030, "4", 20);
    story_show(&story, 2060, "execution", "READY");
    make_part(&story, 21, 30, 20);
    assert_unsuspected(&story, 2190);
}

static void a_loaded_tap_is_no_sign_against_a_good_drill(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    make_part(&story, 20, 30, 75);
    story_wait(&story, 2090);
    assert_null(find(&story, "tool_broken"));
    assert_string_equal(find(&story, "tool_suspect")->subject, "4");
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drill_is_broken_when_the_tap_meets_what_it_left),
        cmocka_unit_test(a_drill_alone_is_only_suspected),
        cmocka_unit_test(where_nothing_was_cut_there_was_nothing_to_cut),
        cmocka_unit_test(a_dry_run_accuses_no_tool),
        cmocka_unit_test(what_an_abort_cut_short_accuses_no_tool),
        cmocka_unit_test(a_cut_without_a_tool_is_not_the_next_tools),
        cmocka_unit_test(a_loaded_tap_is_no_sign_against_a_good_drill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
