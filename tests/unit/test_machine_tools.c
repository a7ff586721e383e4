/* SPDX-License-Identifier: Apache-2.0 */
/* Tools through the whole tracker: use, change, measurement, breakage, restart. */
#include "tests/unit/support/tool_story.h"

#include "daemon/analytics/tool/offsets.h"
#include "daemon/analytics/tool/tool_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char number[] = "7", type[] = "insert", wear_limit[] = "0.3mm",
            limit[] = "5 parts";

static void cut(struct story *story, double at, double load)
{
    tool_story_cut(story, at, &(struct tool_cut){number, 6000, load, 0, false});
}

static void use_is_counted_and_a_change_begins_anew(void **state)
{
    struct story story;
    struct tool_entry entry = {.tool = number,
                               .type = type,
                               .limit = limit,
                               .diameter = 10,
                               .edge_cost = NAN,
                               .failure_cost = NAN};
    struct tool_options options = {
        .list = {&entry, 1},
          .offset_factor = 1, .monitor = true
    };

    (void)state;
    story_init(&story);
    story.options.tools = &options;
    for (int i = 0; i < 6; i++)
        cut(&story, 100 * i, 30);
    story_wait(&story, 700);
    assert_true(tool_story_last(&story)->used == 6);
    assert_true(tool_story_last(&story)->remaining == 0);
    assert_true(isnan(tool_story_last(&story)->rul_q50));
    assert_string_equal(tool_story_last(&story)->source_name, "limit");
    assert_non_null(story_event(&story, "tool_limit", 0));
    assert_null(story_event(&story, "tool_limit", 1));

    tool_story_change(&story, 700, number, "worn");
    assert_non_null(story_event(&story, "tool_changed", 0));
    cut(&story, 800, 30);
    story_wait(&story, 900);
    assert_true(tool_story_last(&story)->used == 1);
    assert_int_equal(tool_story_last(&story)->life_no, 2);

    const struct record *segment =
        story_find(&story, RECORD_SEGMENT, story_count(&story, RECORD_SEGMENT) - 1);
    assert_int_equal(segment->segment.life_no, 2);
    assert_true(fabs(segment->segment.index - 1) < 0.02);
    story_done(&story);
}

static void measured_wear_says_what_remains(void **state)
{
    struct story story;
    struct tool_entry entry = {.tool = number,
                               .type = type,
                               .wear_limit = wear_limit,
                               .diameter = NAN,
                               .edge_cost = NAN,
                               .failure_cost = NAN};
    struct tool_options options = {
        .list = {&entry, 1},
          .offset_factor = 1, .monitor = true
    };

    (void)state;
    story_init(&story);
    story.options.tools = &options;
    for (int i = 0; i < 10; i++) {
        cut(&story, 100 * i, 30);
        tool_story_measure(&story, 100 * i + 80, number, "VB", 0.05 + 0.02 * (i + 1));
    }
    story_wait(&story, 1100);
    assert_string_equal(tool_story_last(&story)->source_name, "measured");
    assert_string_equal(tool_story_last(&story)->unit, "min");
    assert_true(tool_story_last(&story)->rul_q10 < 2.5 * 50 / 60.0);
    assert_true(tool_story_last(&story)->rul_q90 > 2.5 * 50 / 60.0);
    assert_true(tool_story_last(&story)->wear_um > 200);
    assert_non_null(story_event(&story, "tool_wear_warn", 0));
    assert_null(story_event(&story, "tool_worn", 0));

    tool_story_measure(&story, 1100, number, "VB",
                       0.01); /* nobody said so, but wear does not heal */
    cut(&story, 1200, 30);
    story_wait(&story, 1400);
    assert_int_equal(tool_story_last(&story)->life_no, 2);
    assert_true(isnan(tool_story_last(&story)->rul_q50));
    story_done(&story);
}

static void a_broken_tool_is_suspected_then_told(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int i = 0; i < 20; i++)
        cut(&story, 100 * i, 30 + 0.2 * (i % 3));
    assert_null(story_event(&story, "tool_suspect", 0));
    cut(&story, 2000, 9);
    story_wait(&story, 2090);
    assert_non_null(story_event(&story, "tool_suspect", 0));
    assert_null(story_event(&story, "tool_broken", 0));
    cut(&story, 2100, 5);
    story_wait(&story, 2190);
    assert_non_null(story_event(&story, "tool_broken", 0));
    assert_true(tool_story_last(&story)->breakage == 1);
    assert_string_equal(story_event(&story, "tool_broken", 0)->event.subject,
                        tool_story_last(&story)->tool);
    story_done(&story);
}

static void a_suspicion_ends_with_a_good_part(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    for (int i = 0; i < 20; i++)
        cut(&story, 100 * i, 30 + 0.2 * (i % 3));
    cut(&story, 2000, 9);
    story_wait(&story, 2090);
    assert_null(story_event(&story, "tool_cleared", 0));
    for (int i = 0; i < 3; i++)
        cut(&story, 2100 + 100 * i, 30.3);
    story_wait(&story, 2490);
    assert_null(story_event(&story, "tool_broken", 0));
    assert_non_null(story_event(&story, "tool_cleared", 0));
    story_done(&story);
}

static void play(struct story *story)
{
    for (int i = 0; i < 12; i++) {
        cut(story, 100 * i, 30 + i);
        if (i % 3 == 2)
            tool_story_measure(story, 100 * i + 75, number, "VB", 0.02 * (i + 1));
    }
    tool_story_change(story, 1250, number, "");
    cut(story, 1300, 30);
    story_wait(story, 1400);
}

static void ticks_and_restarts_change_nothing(void **state)
{
    struct story plain, other;

    (void)state;
    story_init(&plain);
    play(&plain);
    story_init(&other);
    other.save_every = 1;
    other.tick_every_ms = 700;
    play(&other);

    char *expected = story_print(&plain), *got = story_print(&other);
    assert_string_equal(got, expected);
    free(expected);
    free(got);
    story_done(&plain);
    story_done(&other);
}

static void offsets_tell_wear_errors_and_tampering(void **state)
{
    const struct {
        double value;
        enum offset_change change;
    } rows[] = {
        {0,    OFFSET_FIRST      },
        {-8,   OFFSET_WEAR       },
        {-16,  OFFSET_WEAR       },
        {-16,  OFFSET_NONE       },
        {-30,  OFFSET_WEAR       },
        {0,    OFFSET_RESET      },
        {10,   OFFSET_WEAR       },
        {-5,   OFFSET_WEAR       },
        {12,   OFFSET_OVERADJUST },
        {1012, OFFSET_ENTRY_ERROR},
        {12,   OFFSET_NONE       }, /* put right: no second error */
        {-800, OFFSET_ENTRY_ERROR},
        {-799, OFFSET_WEAR       }, /* it stands, and they go on from
  there */
        {10,   OFFSET_WEAR       }, /* put right, with a correction of -2 */
    };
    struct offset_track track = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(offset_track_add(&track, rows[i].value), rows[i].change);
}

static void hear_life(struct story *story, double at, double parts_limit)
{
    const struct tool_life life = {.asset = "A7",
                                   .station = number,
                                   .status = "USED",
                                   .parts = 3,
                                   .parts_limit = parts_limit,
                                   .minutes = NAN,
                                   .minutes_limit = NAN,
                                   .wear_mm = NAN,
                                   .wear_limit_mm = NAN};
    const struct sample sample = {
        .signal = SIGNAL_TOOL_LIFE,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = number,
        .value = {.kind = VALUE_TOOL_LIFE, .tool_life = &life},
        .at = story_moment(at)
    };

    story_observe(story, &sample);
}

/* A limit that is not known is the same as before. */
static void a_control_that_repeats_itself_makes_no_records(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    cut(&story, 0, 40);
    hear_life(&story, 100, NAN);
    size_t before = story.count;
    hear_life(&story, 101, NAN);
    hear_life(&story, 102, NAN);
    assert_int_equal(story.count, before);
    hear_life(&story, 103, 240);
    assert_true(story.count > before);
    story_done(&story);
}

static void limits_are_read_as_people_write_them(void **state)
{
    const struct {
        const char *text;
        double amount;
        enum life_unit unit;
        double wear_mm;
    } rows[] = {
        {"240 parts", 240,  LIFE_UNIT_PARTS,   0  },
        {"240",       240,  LIFE_UNIT_PARTS,   0  },
        {"90min",     90,   LIFE_UNIT_MINUTES, 0  },
        {"1.5 h",     90,   LIFE_UNIT_MINUTES, 0  },
        {"2 km",      2000, LIFE_UNIT_METRES,  0  },
        {"0.3mm",     0,    LIFE_UNIT_PARTS,   0.3},
        {"300 um",    0,    LIFE_UNIT_PARTS,   0.3},
    };
    struct life_limit read;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(life_limit_read(rows[i].text, &read), 0);
        if (rows[i].wear_mm > 0) {
            assert_true(isnan(read.amount) && fabs(read.wear_mm - 0.3) < 1e-12);
        } else {
            assert_true(fabs(read.amount - rows[i].amount) < 1e-9);
            assert_int_equal(read.unit, rows[i].unit);
        }
    }
    assert_true(life_limit_read("many parts", &read) < 0);
    assert_true(life_limit_read("5 bananas", &read) < 0);
    assert_true(life_limit_read("-5 parts", &read) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(use_is_counted_and_a_change_begins_anew),
        cmocka_unit_test(measured_wear_says_what_remains),
        cmocka_unit_test(a_broken_tool_is_suspected_then_told),
        cmocka_unit_test(a_suspicion_ends_with_a_good_part),
        cmocka_unit_test(ticks_and_restarts_change_nothing),
        cmocka_unit_test(offsets_tell_wear_errors_and_tampering),
        cmocka_unit_test(a_control_that_repeats_itself_makes_no_records),
        cmocka_unit_test(limits_are_read_as_people_write_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
