/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill did not cut, the tap after it meets: domain.md 3.9, downstream. */
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

static void a_tap_that_breaks_in_the_solid_is_told_too(void **state)
{
    struct story story;

    (void)state;
    begin(&story);
    make_part(&story, 20, 0, 0);
    story_wait(&story, 2090);
    assert_null(find(&story, "tool_broken")); /* nothing was loaded: no confirmation */
    assert_non_null(story_event(&story, "tool_suspect", 1));
    story_done(&story);
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
        cmocka_unit_test(a_tap_that_breaks_in_the_solid_is_told_too),
        cmocka_unit_test(a_loaded_tap_is_no_sign_against_a_good_drill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
