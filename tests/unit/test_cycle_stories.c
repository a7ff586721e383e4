/* SPDX-License-Identifier: Apache-2.0 */
/* The worked scenarios of domain.md 1.11, to the figure. */
#include "tests/unit/support/story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct scenario {
    const char *name, *lines;
    unsigned boundary;
    int parts_per_cycle;
    int64_t modulus;
    size_t count;
    const char *cycles[8]; /* fields and their figures */
} scenarios[] = {
    {"S1",
     "0 part_count 10; 0 execution READY; 10 execution ACTIVE; 72 execution COMPLETED;"
     "72.2 execution READY; 72.3 part_count 11; 90 execution ACTIVE;"
     "152.5 execution COMPLETED; 152.6 part_count 12",                                0,
     1, 0,
     2, {"class=1 ct=62 parts=1 kind=prod",
      "class=1 ct=62.5 parts=1 kind=prod gap=18 ptp=80.5"}                         },
    {"S2",
     "0 part_count 5; 0 execution READY; 5 execution ACTIVE; 25 execution FEED_HOLD;"
     "33 execution ACTIVE; 50 execution OPTIONAL_STOP; 75 execution ACTIVE;"
     "80 execution PROGRAM_STOPPED; 120 execution ACTIVE; 140 execution COMPLETED;"
     "140.2 part_count 6",                                                            0,
     1, 0,
     1, {"class=1 ct=135 parts=1 kind=prod net=62 hold=8 ostop=25 pstop=40"}              },
    {"S3",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 30 execution INTERRUPTED;"
     "60 execution READY; 100 execution ACTIVE; 162 execution COMPLETED;"
     "162.1 part_count 6",                                                            0,
     1, 0,
     2, {"class=2 ct=50 parts=0 kind=prod net=20 hold=30",
      "class=1 ct=62 parts=1 kind=prod gap=40"}                                    },
    {"S4",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 72 execution READY;"
     "73 part_count 6; 85 execution ACTIVE; 146 execution READY; 147.5 part_count 7", 0,
     1, 0,
     2, {"class=1 ct=62 parts=1 kind=prod", "class=1 ct=61 parts=1 kind=prod gap=13"}     },
    {"S5",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 66 part_count 6;"
     "72 execution COMPLETED",                                                        0,
     1, 0,
     1, {"class=1 ct=62 parts=1 kind=prod"}                                               },
    {"S6",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 55 part_count 6;"
     "100 part_count 7; 145.5 part_count 8; 160 execution READY",                     BOUNDARY_PARTCOUNT,
     1, 0,
     4, {"class=1 ct=45 parts=1 kind=prod", "class=1 ct=45 parts=1 kind=prod gap=0",
      "class=1 ct=45.5 parts=1 kind=prod", "class=2 ct=14.5 parts=0 kind=aux"}     },
    {"S7",
     "0 part_count 38; 0 execution READY; 1 execution ACTIVE; 9.9 part_count 40;"
     "10 execution COMPLETED; 10 execution ACTIVE; 100 execution COMPLETED;"
     "100.2 part_count 42",                                                           0,
     2, 0,
     2, {"class=1 ct=9 parts=2 kind=prod", "class=1 ct=90 parts=2 kind=prod gap=0 ptp=45"}},
    {"S8",
     "0 part_count 65535; 0 execution READY; 10 execution ACTIVE; 72 execution COMPLETED;"
     "72.5 part_count 0; 90 execution ACTIVE; 152 execution COMPLETED;"
     "152.5 part_count 1",                                                            0,
     1, 65536,
     2, {"class=1 ct=62 parts=1 kind=prod", "class=1 ct=62 parts=1 kind=prod"}            },
    {"S9",
     "0 part_count 120; 0 execution READY; 10 execution ACTIVE; 40 part_count 0;"
     "72 execution COMPLETED; 72.4 part_count 1; 80 part_count 500; 90 execution ACTIVE;"
     "152 execution COMPLETED; 152.4 part_count 501",                                 0,
     1, 0,
     2, {"class=1 ct=62 parts=1 kind=prod", "class=1 ct=62 parts=1 kind=prod"}            },
    {"S10",
     "0 execution READY; 10 execution ACTIVE; 30 execution UNAVAILABLE;"
     "50 execution ACTIVE; 72 execution COMPLETED",                                   0,
     1, 0,
     1, {"class=1 ct=62 parts=1 kind=prod net=42 unknown=20"}                             },
    {"S11",
     "0 execution ACTIVE; 41 execution COMPLETED; 60 execution READY;"
     "61 execution ACTIVE; 123 execution COMPLETED",                                  0,
     1, 0,
     2, {"class=0 ct=41 parts=1 kind=prod", "class=1 ct=62 parts=1 kind=prod"}            },
    {"S12",
     "0 execution READY; 5 mode mdi; 6 execution ACTIVE; 20 execution READY;"
     "30 mode auto; 31 execution ACTIVE; 93 execution COMPLETED",                     0,
     1, 0,
     1, {"class=1 ct=62 parts=1 kind=prod"}                                               },
    {"S6, learned",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 55 part_count 6;"
     "100 part_count 7; 120 execution FEED_HOLD; 125 execution ACTIVE;"
     "150.5 part_count 8; 195 part_count 9; 240 part_count 10; 285 part_count 11;"
     "330 part_count 12; 345 execution READY",                                        0,
     1, 0,
     8, {"class=1 ct=45 parts=1 kind=prod", "class=1 ct=45 parts=1 net=45 gap=0 ptp=45",
      "class=1 ct=50.5 parts=1 net=45.5 hold=5 flags=0",
      "class=1 ct=44.5 parts=1 cycle_no=4", "class=1 ct=45 parts=1",
      "class=1 ct=45 parts=1 flags=0", "class=1 ct=45 parts=1 cycle_no=7",
      "class=2 ct=15 parts=0 kind=aux"}                                            },
    {"S6, learned at its end",
     "0 part_count 5; 0 execution READY; 10 execution ACTIVE; 55 part_count 6;"
     "100 part_count 7; 145 part_count 8; 190 part_count 9; 235 part_count 10;"
     "270 execution READY",                                                           0,
     1, 0,
     6, {"class=1 ct=45 parts=1 kind=prod", "class=1 ct=45 parts=1", "class=1 ct=45 parts=1",
      "class=1 ct=45 parts=1", "class=1 ct=45 parts=1",
      "class=2 ct=35 parts=0 kind=aux"}                                            },
    {"another program",
     "0 program O1; 0 execution READY; 10 execution ACTIVE;"
     "50 program O9001; 53 program O1; 60 program O2; 63 tool 4; 70 tool 5;"
     "120 execution COMPLETED",                                                       0,
     1, 0,
     2, {"class=1 ct=53 program=O1", "class=1 ct=57 program=O2"}                          },
};

/* "ct=62 kind=prod": every figure named is exactly so. */
static void check_figures(const struct record *record, const char *figures)
{
    const struct record_field *fields = record_layouts[record->kind].fields;
    char name[32], value[32];
    int length;

    for (; sscanf(figures, " %31[^=]=%31s%n", name, value, &length) == 2;
         figures += length) {
        const struct record_field *field = fields;

        while (field->name && strcmp(field->name, name) != 0)
            field++;
        assert_non_null(field->name);
        if (field->kind == FIELD_NAME || field->kind == FIELD_TEXT)
            assert_string_equal(record_field_text(record, field), value);
        else
            assert_true(fabs(record_field_number(record, field) - strtod(value, NULL)) <
                        1e-9);
    }
}

static void play(const struct scenario *scenario, struct story *story)
{
    story->cycle.boundary = scenario->boundary;
    story->cycle.parts_per_cycle = scenario->parts_per_cycle;
    story->cycle.counter_modulus = scenario->modulus;
    story_tell(story, scenario->lines);
    story_wait(story, 1000);
}

static void check(const struct scenario *scenario, const struct story *story)
{
    print_message("%s\n", scenario->name);
    assert_int_equal(story_count(story, RECORD_CYCLE), scenario->count);
    for (size_t i = 0; i < scenario->count; i++) {
        const struct record *record = story_find(story, RECORD_CYCLE, i);

        assert_int_equal(record->cycle.cycle_no, i + 1);
        check_figures(record, scenario->cycles[i]);
    }
}

static void the_worked_scenarios_come_out_to_the_figure(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
        struct story story;

        story_init(&story);
        play(&scenarios[i], &story);
        check(&scenarios[i], &story);
        story_done(&story);
    }
}

/* Same story, other ticks, and saved and restored before every sample: the same bytes. */
static void ticks_and_restarts_change_no_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
        char *first = NULL;

        for (int way = 0; way < 4; way++) {
            static const int ticks[] = {0, 37, 250, 1000};
            struct story story;

            story_init(&story);
            story.tick_every_ms = ticks[way];
            story.save_every = (unsigned)way % 2;
            play(&scenarios[i], &story);
            char *printed = story_print(&story);
            if (first) {
                assert_string_equal(first, printed);
                free(printed);
            } else {
                first = printed;
            }
            story_done(&story);
        }
        free(first);
    }
}

static void counter_events_say_what_happened(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    play(&scenarios[7], &story);
    assert_non_null(story_event(&story, "counter_wrap", 0));
    story_done(&story);

    story_init(&story);
    play(&scenarios[8], &story);
    const struct record *reset = story_event(&story, "counter_reset", 0);
    const struct record *preset = story_event(&story, "counter_preset", 0);
    assert_non_null(reset);
    assert_true(reset->event.value == 0);
    assert_true(reset->wall_ns == story_moment(40).wall_ns);
    assert_non_null(preset);
    assert_true(preset->event.value == 0);
    assert_true(preset->wall_ns == story_moment(80).wall_ns);
    story_done(&story);
}

static void a_cycle_with_a_hole_is_flagged(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    play(&scenarios[9], &story);
    assert_true(story_find(&story, RECORD_CYCLE, 0)->cycle.flags & CYCLE_GAP);
    story_done(&story);
}

static size_t states_at(const struct story *story, int64_t wall_ns)
{
    size_t found = 0;

    for (size_t i = 0; i < story_count(story, RECORD_STATE); i++)
        found += story_find(story, RECORD_STATE, i)->wall_ns == wall_ns;
    return found;
}

/* Every second from the first state to the last is in exactly one state record. */
static void states_leave_no_hole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
        size_t lasting = 0;
        struct story story;

        story_init(&story);
        play(&scenarios[i], &story);
        assert_true(story_count(&story, RECORD_STATE) >= 2);
        for (size_t k = 0; k < story_count(&story, RECORD_STATE); k++) {
            const struct record *record = story_find(&story, RECORD_STATE, k);

            if (isnan(record->state.dur))
                lasting++;
            else
                assert_int_equal(
                    states_at(&story, record->wall_ns + llround(record->state.dur * 1e9)),
                    1);
        }
        assert_int_equal(lasting, 1);
        story_done(&story);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_scenarios_come_out_to_the_figure),
        cmocka_unit_test(ticks_and_restarts_change_no_byte),
        cmocka_unit_test(counter_events_say_what_happened),
        cmocka_unit_test(a_cycle_with_a_hole_is_flagged),
        cmocka_unit_test(states_leave_no_hole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
