/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles from the spindle alone, on recordings of real mills; skipped without them. */
#include "tests/unit/support/story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FILE *open_packed(const char *name)
{
    char command[512];

    (void)snprintf(command, sizeof(command), "gzip -dc '%s/%s' 2>/dev/null", DATA_FOLDER,
                   name);
    return popen(command, "r");
}

static double column(const char *line, int index)
{
    for (; index > 0 && line; index--) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return line ? strtod(line, NULL) : (double)NAN;
}

static void show(struct story *story, double t, enum signal signal, double value)
{
    struct sample sample = {
        .signal = signal,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_NUMBER, .number = value},
        .at = story_moment(t)
    };

    story_observe(story, &sample);
}

static void show_line(struct story *story, double t, int64_t line)
{
    struct sample sample = {
        .signal = SIGNAL_LINE,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_INTEGER, .integer = line},
        .at = story_moment(t)
    };

    story_observe(story, &sample);
}

/* experiment, seconds the spindle turned */
static const struct {
    int experiment;
    double spindle_on;
} milled[] = {
    {1,  102.4},
    {2,  37.1 },
    {4,  16.1 },
    {6,  103.7},
    {7,  29.3 },
    {8,  36.9 },
    {9,  46.3 },
    {11, 201.1},
    {13, 200.5}
};

/* Two were stopped when the block came loose: their program never came to its end. */
static void an_aborted_part_is_known_by_its_last_line(void **state)
{
    char name[64], line[2048];
    struct story story;
    double t = 0;

    (void)state;
    story_init(&story);
    for (size_t i = 0; i < sizeof(milled) / sizeof(*milled); i++, t += 60) {
        (void)snprintf(name, sizeof(name), "michigan_cnc/experiment_%02d.csv.gz",
                       milled[i].experiment);
        FILE *file = open_packed(name);
        assert_non_null(file);
        if (!fgets(line, sizeof(line), file)) {
            (void)pclose(file);
            print_message("no recording %s\n", name);
            skip();
        }
        for (; fgets(line, sizeof(line), file); t += 0.1) {
            show(&story, t, SIGNAL_SPINDLE_SPEED, 60 * column(line, 33));
            show_line(&story, t, (int64_t)column(line, 45));
        }
        (void)pclose(file);
        show(&story, t, SIGNAL_SPINDLE_SPEED, 0);
    }
    story_wait(&story, t + 100);
    assert_int_equal(story_count(&story, RECORD_CYCLE), 9);
    for (size_t i = 0; i < 9; i++) {
        bool stopped = milled[i].experiment == 4 || milled[i].experiment == 7;
        const struct cycle_record *cycle = &story_find(&story, RECORD_CYCLE, i)->cycle;

        assert_true(fabs(cycle->cut - milled[i].spindle_on) <=
                    0.01 * milled[i].spindle_on);
        assert_int_equal(cycle->outcome,
                         stopped ? CYCLE_CLASS_ABORTED : CYCLE_CLASS_COMPLETE);
    }
    story_done(&story);
}

/* What of the spindle is shown, and how far cut may be off; spindle_on is the same, or
 * not known: a spindle that runs down turns, but need not be seen to. */
struct showing {
    enum signal signal;
    int place;
    double scale, share, seconds;
    size_t hidden_most; /* experiments of which spindle_on may not be known */
};

/* Bursts of stale values (spindle 0 for up to 12 s) split no part. */
static void mill(const struct showing *showing)
{
    size_t hidden = 0;

    for (size_t i = 0; i < sizeof(milled) / sizeof(*milled); i++) {
        char name[64], line[2048];
        struct story story;
        double t = 0;

        (void)snprintf(name, sizeof(name), "michigan_cnc/experiment_%02d.csv.gz",
                       milled[i].experiment);
        FILE *file = open_packed(name);
        assert_non_null(file);
        if (!fgets(line, sizeof(line), file)) {
            (void)pclose(file);
            print_message("no recording %s\n", name);
            skip();
        }
        story_init(&story);
        for (; fgets(line, sizeof(line), file); t += 0.1)
            show(&story, t, showing->signal,
                 showing->scale * column(line, showing->place));
        show(&story, t, showing->signal, 0);
        story_wait(&story, t + 100);
        (void)pclose(file);
        assert_int_equal(story_count(&story, RECORD_CYCLE), 1);
        const struct cycle_record *cycle = &story_find(&story, RECORD_CYCLE, 0)->cycle;
        print_message("experiment %d: ct %.1f, spindle on %.1f (truth %.1f)\n",
                      milled[i].experiment, cycle->ct, cycle->cut, milled[i].spindle_on);
        assert_true(fabs(cycle->cut - milled[i].spindle_on) <=
                    showing->share * milled[i].spindle_on + showing->seconds);
        hidden += isnan(cycle->spindle_on) ? 1 : 0;
        assert_true(isnan(cycle->spindle_on) ||
                    fabs(cycle->spindle_on - milled[i].spindle_on) <=
                        0.01 * milled[i].spindle_on);
        story_done(&story);
    }
    assert_true(hidden <= showing->hidden_most);
}

static void every_milled_part_is_one_cycle(void **state)
{
    (void)state;
    mill(&(struct showing){SIGNAL_SPINDLE_SPEED, 33, 60, 0.01, 0, 0});
}

static void a_part_is_one_cycle_by_its_power_or_current(void **state)
{
    (void)state;
    mill(&(struct showing){SIGNAL_SPINDLE_POWER, 42, 1000, 0.01, 0, 1});
    mill(&(struct showing){SIGNAL_SPINDLE_CURRENT, 38, 1, 0.03, 2, 9});
}

#define CUTS 80

struct cut {
    double base, entry;
    bool is_usable;
};

static size_t read_cuts(struct cut cuts[CUTS])
{
    FILE *file = fopen(DATA_FOLDER "/nasa_milling/runs.csv", "r");
    char line[2048];
    size_t count = 0;

    if (!file)
        return 0;
    while (fgets(line, sizeof(line), file)) {
        size_t cut = (size_t)strtoul(line, NULL, 10);

        if (cut == 0 || cut >= CUTS)
            continue;
        cuts[cut] = (struct cut){.base = 200.0 * (double)cut,
                                 .entry = column(line, 8),
                                 .is_usable = column(line, 27) == 0};
        count++;
    }
    (void)fclose(file);
    return count;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The truth dates a cut half way up its rise; at low feeds that takes some seconds. */
static void find_every_cut(int place, const char *name)
{
    static struct cut cuts[CUTS];
    double errors[CUTS];
    char line[2048];
    struct story story;
    size_t found = 0, usable = 0, count = read_cuts(cuts);
    FILE *file = open_packed("nasa_milling/signals_5hz.csv.gz");

    assert_non_null(file);
    if (count == 0 || !fgets(line, sizeof(line), file)) {
        (void)pclose(file);
        print_message("no recording of milling\n");
        skip();
    }
    story_init(&story);
    while (fgets(line, sizeof(line), file)) {
        size_t cut = (size_t)strtoul(line, NULL, 10);

        if (cut < CUTS && cuts[cut].is_usable)
            show(&story, cuts[cut].base + column(line, 1), SIGNAL_SPINDLE_CURRENT,
                 column(line, place));
    }
    (void)pclose(file);
    story_wait(&story, 200.0 * CUTS + 500);
    for (size_t cut = 1; cut < CUTS; cut++) {
        double best = 1e9;

        usable += cuts[cut].is_usable;
        for (size_t i = 0; cuts[cut].is_usable && i < story_count(&story, RECORD_CYCLE);
             i++) {
            double start = story_find(&story, RECORD_CYCLE, i)->cycle.started_s -
                           (double)story_moment(0).wall_ns / 1e9 - cuts[cut].base -
                           cuts[cut].entry;
            best = fabs(start) < fabs(best) ? start : best;
        }
        if (cuts[cut].is_usable && fabs(best) < 10)
            errors[found++] = fabs(best);
        else if (cuts[cut].is_usable)
            print_message("cut %zu not found\n", cut);
    }
    qsort(errors, found, sizeof(*errors), by_size);
    print_message("%s: %zu of %zu cuts found, %zu cycles, entry within %.2f s at p95\n",
                  name, found, usable, story_count(&story, RECORD_CYCLE),
                  errors[(found * 95 + 99) / 100 - 1]);
    assert_int_equal(found, usable);
    assert_true(errors[(found * 95 + 99) / 100 - 1] <= 1.5);
    assert_int_equal(story_count(&story, RECORD_CYCLE), usable);
    story_done(&story);
}

static void every_cut_is_found_in_the_spindle_current(void **state)
{
    (void)state;
    find_every_cut(4, "DC");
    find_every_cut(3, "AC, RMS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_milled_part_is_one_cycle),
        cmocka_unit_test(a_part_is_one_cycle_by_its_power_or_current),
        cmocka_unit_test(an_aborted_part_is_known_by_its_last_line),
        cmocka_unit_test(every_cut_is_found_in_the_spindle_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
