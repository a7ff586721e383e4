/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The golden trace of domain.md 1.11: four programs of a multitasking lathe, once as a
 * fixture made of the published figures, once from the recording where it is at hand.
 */
#include "daemon/base/timeline.h"
#include "tests/unit/support/story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDING DATA_FOLDER "/mtconnect/shdr/okuma-lathe-20220808.shdr"

/* A visit of a tool: from, to, seconds after the cycle's start. */
struct visit {
    const char *tool;
    double from, until;
    int64_t seg;
};

static const struct golden {
    const char *program;
    double ct, cut, change;
    size_t visits;
    struct visit segments[8];
} golden[] = {
    {"IMTS-2022-2-HOB.MIN",  186.730, 156, 7.544, 2, {{0}}},
    {"IMTS-2022-1E-mm.MIN",
     604.963,                         460,
     48.588,                                      8,
     {{"8003", 0, 9.897, 0},
      {"2207", 16.389, 304.478, 0},
      {"2201", 312.014, 364.707, 0},
      {"2202", 371.080, 408.706, 0},
      {"2208", 415.824, 495.575, 0},
      {"2205", 502.638, 518.276, 0},
      {"2204", 524.764, 565.205, 0},
      {"2206", 572.725, 604.963, 0}}                      },
    {"IMTS-2022-4B-mm.MIN",
     548.932,                         465,
     21.291,                                      4,
     {{"2208", -1, -1, 0},
      {"2201", -1, -1, 0},
      {"2202", -1, -1, 0},
      {"2208", -1, -1, 1}}                                },
    {"IMTS-2022-3-TRAN.MIN", 16.752,  2,   0,     1, {{0}}},
};

#define GOLDEN (sizeof(golden) / sizeof(*golden))

/* The figures are published to the millisecond. */
static void assert_ms(double expected, double actual)
{
    if (fabs(expected - actual) > 0.00051)
        print_message("expected %.3f, got %.6f\n", expected, actual);
    assert_true(fabs(expected - actual) <= 0.00051);
}

static void check_segments(const struct story *story, const struct golden *golden_cycle,
                           int64_t cycle_no)
{
    size_t found = 0;

    for (size_t i = 0; i < story_count(story, RECORD_SEGMENT); i++) {
        const struct segment_record *segment =
            &story_find(story, RECORD_SEGMENT, i)->segment;
        const struct visit *visit = &golden_cycle->segments[found];

        if (segment->cycle_no != cycle_no)
            continue;
        assert_true(found < golden_cycle->visits);
        if (visit->tool) {
            assert_string_equal(segment->tool, visit->tool);
            assert_int_equal(segment->seg, visit->seg);
        }
        if (visit->tool && visit->until > 0) {
            assert_ms(visit->from, segment->offset);
            assert_ms(visit->until, segment->offset + segment->dur);
        }
        found++;
    }
    assert_int_equal(found, golden_cycle->visits);
}

static void check(const struct story *story, size_t index, const struct golden *expected)
{
    const struct record *record = story_find(story, RECORD_CYCLE, index);

    assert_non_null(record);
    print_message("%s\n", record->cycle.program);
    assert_string_equal(record->cycle.program, expected->program);
    assert_int_equal(record->cycle.outcome, CYCLE_CLASS_COMPLETE);
    assert_int_equal(record->cycle.parts, 1);
    assert_int_equal(record->cycle.cut_source, CUT_SOURCE_TIMER);
    assert_int_equal(record->cycle.kind,
                     expected->ct < 20 ? CYCLE_KIND_AUX : CYCLE_KIND_PROD);
    assert_ms(expected->ct, record->cycle.ct);
    assert_ms(expected->cut, record->cycle.cut);
    assert_ms(expected->change, record->cycle.tchg);
    check_segments(story, expected, record->cycle.cycle_no);
}

/* --- the fixture ------------------------------------------------------------------ */

static void show_number(struct story *story, double at, const char *signal, double value)
{
    char printed[32];

    (void)snprintf(printed, sizeof(printed), "%g", value);
    story_show(story, at, signal, printed);
}

/* 8003 → "" → 2207 → "" → 2207: the number flickers when the new tool comes. */
static void play_tools(struct story *story, const struct golden *cycle, double start)
{
    for (size_t i = 1; i < cycle->visits; i++) {
        const struct visit *before = &cycle->segments[i - 1];
        const struct visit *visit = &cycle->segments[i];

        story_show(story, start + before->until, "tool", "-");
        story_show(story, start + visit->from, "tool", visit->tool);
        story_show(story, start + visit->from + 0.314, "tool", "-");
        story_show(story, start + visit->from + 0.963, "tool", visit->tool);
        show_number(story, start + visit->from + 1, "cut_time",
                    10 + cycle->cut * (double)i / (double)(cycle->visits - 1));
    }
}

static void the_published_figures_come_out_of_a_fixture(void **state)
{
    struct golden rounded = golden[1]; /* its offsets are, so their sum is not the sum */
    const struct golden *cycle = &rounded;
    const double start = 10, end = start + cycle->ct;
    struct story story;

    (void)state;
    story_init(&story);
    story_show(&story, 0, "program", cycle->program);
    story_show(&story, 0, "tool", "8003");
    story_tell(&story, "0 part_count 0; 0 function process_development; 0 mode auto;"
                       "0 feed_override 100; 0 cut_time 10; 0 execution READY;"
                       "10 execution ACTIVE; 10.371 function production;"
                       "10.748 function process_development; 11.359 function production");
    play_tools(&story, cycle, start);
    story_show(&story, end, "execution", "COMPLETED");
    story_show(&story, end + 0.078, "part_count", "1");
    story_show(&story, end + 0.245, "execution", "READY");
    story_wait(&story, end + 60);
    assert_int_equal(story_count(&story, RECORD_CYCLE), 1);
    rounded.change = 48.590;
    check(&story, 0, cycle);
    story_done(&story);
}

/* "ct100 is at most 638.616": the knob was at 150 % for 67.306 s. */
static void the_override_is_worth_what_it_was(void **state)
{
    struct story story;

    (void)state;
    story_init(&story);
    story_tell(&story, "0 execution READY; 0 feed_override 100; 10 execution ACTIVE;"
                       "437.573 feed_override 150; 504.879 feed_override 100;"
                       "614.963 execution COMPLETED; 700 tick");
    const struct record *record = story_find(&story, RECORD_CYCLE, 0);
    assert_ms(604.963, record->cycle.net);
    assert_ms(638.616, record->cycle.ct100);
    assert_ms(33.653, record->cycle.ovr_loss);
    assert_true(record->cycle.flags & CYCLE_OVERRIDE);
    story_done(&story);
}

/* --- the recording ---------------------------------------------------------------- */

static const struct {
    const char *key, *signal;
} keys[] = {
    {"pexecution",    "execution"       },
    {"ppartcount",    "part_count"      },
    {"fmode",         "function"        },
    {"p1CurrentTool", "tool"            },
    {"pprogram",      "program"         },
    {"pmode",         "mode"            },
    {"pFovr",         "feed_override"   },
    {"pCuttingTime",  "cut_time"        },
    {"p1Fact",        "feed"            },
    {"S1speed",       "spindle_speed.S1"},
    {"S1load",        "spindle_load.S1" },
};

static const struct {
    const char *word, *value;
} words[] = {
    {"ACTIVE",            "run" },
    {"READY",             "idle"},
    {"PROGRAM_COMPLETED", "done"},
    {"AUTOMATIC",         "auto"}
};

static void show(struct story *story, const char *key, const char *word, struct moment at,
                 bool is_suspect)
{
    char place[SIGNAL_NAME_MAX], sentence[160];
    struct sample_reading reading;
    struct sample sample = {
        .place = place, .at = at, .flags = is_suspect ? SAMPLE_CLOCK : 0};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i].word, word) == 0)
            word = words[i].value;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (strcmp(keys[i].key, key) != 0)
            continue;
        assert_int_equal(
            signal_parse(keys[i].signal, &sample.signal, &sample.path, place, sentence),
            0);
        if (sample.signal == SIGNAL_TOOL && !*word) {
            sample.quality = QUALITY_GOOD;
            sample.value = (struct value){.kind = VALUE_TEXT, .text = ""};
        } else {
            assert_int_equal(sample_read_value(&sample, word, &reading), 0);
        }
        story_observe(story, &sample);
    }
}

static void play_line(struct story *story, char *line, struct timeline *timeline)
{
    char *cursor = line, *stamp = strsep(&cursor, "|");
    struct moment none = {0, 0};
    int64_t stamp_ns;

    if (!cursor || *cursor == '@' || moment_parse(stamp, &stamp_ns) < 0)
        return;
    struct placement placement = timeline_place(timeline, stamp_ns, none, true);
    while (cursor) {
        char *key = strsep(&cursor, "|");
        char *value = cursor ? strsep(&cursor, "|") : NULL;

        if (!value)
            break;
        show(story, key, value, placement.at, placement.is_suspect);
    }
}

static void the_published_figures_come_out_of_the_recording(void **state)
{
    FILE *file = fopen(RECORDING, "r");
    struct timeline timeline;
    struct story story;
    size_t capacity = 0;
    char *line = NULL;

    (void)state;
    if (!file) {
        print_message("no recording at %s\n", RECORDING);
        skip();
    }
    timeline_init(&timeline, true);
    story_init(&story);
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        play_line(&story, line, &timeline);
    }
    (void)fclose(file);
    free(line);
    struct moment later = moment_plus(story.now, NS_PER_MINUTE);
    story_wait(&story, (double)(later.mono_ns - story_moment(0).mono_ns) / 1e9);
    assert_int_equal(story_count(&story, RECORD_CYCLE), GOLDEN);
    for (size_t i = 0; i < GOLDEN; i++)
        check(&story, i, &golden[i]);
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_figures_come_out_of_a_fixture),
        cmocka_unit_test(the_override_is_worth_what_it_was),
        cmocka_unit_test(the_published_figures_come_out_of_the_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
