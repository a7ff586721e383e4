/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine with dice, polled with 1 % of the answers lost: at least 99 % of its cycles
 * must come out right, and every cycle that a lost answer touched must say so.
 */
#include "tests/unit/support/story.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CYCLES 120
#define SPANS  8192
#define SEEDS  2

static const struct flavour {
    const char *name;
    double period, lag; /* of polls; of the counter behind the end, s */
    bool has_done, has_counter, holds, stops, aborts, by_hand, long_gaps;
    int parts;
    int64_t modulus;
} flavours[] = {
    {"plain",           .25, .3,  true,  true,  false, false, false, false, false, 1, 0   },
    {"slow polls",      1,   .3,  true,  true,  false, false, false, false, false, 1, 0   },
    {"holds",           .25, .3,  true,  true,  true,  false, false, false, false, 1, 0   },
    {"optional stops",  .25, .3,  true,  true,  false, true,  false, false, false, 1, 0   },
    {"never done",      .25, 1.2, false, true,  false, false, false, false, false, 1, 0   },
    {"early counter",   .25, -6,  true,  true,  false, false, false, false, false, 1, 0   },
    {"twin spindle",    .5,  .3,  true,  true,  false, false, false, false, false, 2, 0   },
    {"counter wraps",   .5,  .3,  true,  true,  false, false, false, false, false, 1, 100 },
    {"no counter",      .25, 0,   true,  false, true,  false, false, false, false, 1, 0   },
    {"idle ends",       .25, 0,   false, false, false, false, false, false, false, 1, 0   },
    {"aborts",          .25, .3,  true,  true,  true,  false, true,  false, false, 1, 0   },
    {"by hand between", .25, .3,  true,  true,  false, false, false, true,  false, 1, 0   },
    {"long gaps",       .5,  .3,  true,  true,  true,  true,  true,  true,  true,  1, 1000},
};

struct span {
    double from;
    enum execution execution;
    enum mode mode;
};

struct truth {
    double start, end;
    bool is_aborted, is_touched;
};

static struct span spans[SPANS];
static struct truth truths[CYCLES];
static double counts[CYCLES];
static size_t span_count, count_count;
static uint64_t dice;

static double roll(double from, double until)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return from + (until - from) * (double)(dice >> 11) / 9007199254740992.0;
}

static void span(double from, enum execution execution, enum mode mode)
{
    assert_true(span_count < SPANS);
    spans[span_count++] = (struct span){from, execution, mode};
}

static double pause_in_cycle(double t, double start, enum execution execution)
{
    t += roll(10, (t - start) + 15);
    span(t, execution, MODE_AUTO);
    t += roll(5, 40);
    span(t, EXECUTION_RUN, MODE_AUTO);
    return t;
}

static double make_cycle(const struct flavour *flavour, struct truth *truth, double t)
{
    truth->start = t;
    span(t, EXECUTION_RUN, MODE_AUTO);
    if (flavour->holds && roll(0, 1) < 0.3)
        t = pause_in_cycle(t, truth->start, EXECUTION_HOLD);
    if (flavour->stops && roll(0, 1) < 0.8)
        t = pause_in_cycle(t, truth->start, EXECUTION_OSTOP);
    truth->is_aborted = flavour->aborts && roll(0, 1) < 0.1;
    t += roll(50, 70);
    truth->end = t;
    truth->is_touched = false;
    if (flavour->has_done && !truth->is_aborted) {
        span(t, EXECUTION_DONE, MODE_AUTO);
        span(t + 3, EXECUTION_IDLE, MODE_AUTO);
    } else {
        span(t, EXECUTION_IDLE, MODE_AUTO);
    }
    if (!truth->is_aborted)
        counts[count_count++] = t + flavour->lag;
    return t;
}

static double make_gap(const struct flavour *flavour, double t)
{
    if (flavour->by_hand && roll(0, 1) < 0.2) {
        span(t + 6, EXECUTION_IDLE, MODE_MDI);
        span(t + 10, EXECUTION_RUN, MODE_MDI);
        t += roll(20, 40);
        span(t, EXECUTION_IDLE, MODE_MDI);
        span(t + 4, EXECUTION_IDLE, MODE_AUTO);
    }
    return t + roll(10, 30) + (flavour->long_gaps && roll(0, 1) < 0.1 ? 900 : 0);
}

static double make_shift(const struct flavour *flavour, uint64_t seed)
{
    double t = 20;

    dice = seed * UINT64_C(0x9e3779b97f4a7c15);
    span_count = count_count = 0;
    span(0, EXECUTION_IDLE, MODE_AUTO);
    for (size_t i = 0; i < CYCLES; i++)
        t = make_gap(flavour, make_cycle(flavour, &truths[i], t));
    return t;
}

static void show(struct story *story, double t, enum signal signal, int64_t value,
                 bool is_lost)
{
    struct sample sample = {
        .signal = signal,
        .quality = is_lost ? QUALITY_BAD : QUALITY_GOOD,
        .why = is_lost ? WHY_TIMEOUT : WHY_NONE,
        .path = 1,
        .place = "",
        .value = {.kind = is_lost                       ? VALUE_NONE
                          : signal == SIGNAL_PART_COUNT ? VALUE_INTEGER
                                                        : VALUE_CODE,
                  .integer = value},
        .at = story_moment(t),
        .uncertainty_ns = 4 * NS_PER_MS,
    };

    story_observe(story, &sample);
}

static void touch(double t, double period)
{
    for (size_t i = 0; i < CYCLES; i++)
        truths[i].is_touched |= t > truths[i].start + period && t < truths[i].end;
}

static void poll_shift(struct story *story, const struct flavour *flavour, double until)
{
    size_t now = 0, counted = 0;
    int64_t count = flavour->modulus ? flavour->modulus - 10 : 100;

    for (double t = 0; t < until; t += flavour->period) {
        bool is_lost = t > 5 && roll(0, 1) < 0.01;

        while (now + 1 < span_count && spans[now + 1].from <= t)
            now++;
        for (; counted < count_count && counts[counted] <= t; counted++)
            count += flavour->parts;
        if (is_lost)
            touch(t, flavour->period);
        show(story, t, SIGNAL_MODE, spans[now].mode, is_lost);
        show(story, t, SIGNAL_EXECUTION, spans[now].execution, is_lost);
        if (flavour->has_counter)
            show(story, t, SIGNAL_PART_COUNT,
                 flavour->modulus ? count % flavour->modulus : count, is_lost);
    }
    story_wait(story, until + 60);
}

static const struct cycle_record *find(const struct story *story,
                                       const struct truth *truth, double tolerance)
{
    for (size_t i = story->count; i-- > 0;) {
        const struct record *record = &story->records[i];
        double end = (double)(record->wall_ns - story_moment(0).wall_ns) / 1e9;

        if (record->kind == RECORD_CYCLE && fabs(end - truth->end) <= tolerance)
            return &record->cycle;
    }
    return NULL;
}

static bool is_right(const struct cycle_record *cycle, const struct truth *truth,
                     const struct flavour *flavour)
{
    int parts = truth->is_aborted ? 0 : flavour->parts;
    double tolerance = 2.1 * flavour->period;

    return cycle && fabs(cycle->ct - (truth->end - truth->start)) <= tolerance &&
           cycle->parts == parts &&
           cycle->outcome ==
               (truth->is_aborted ? CYCLE_CLASS_ABORTED : CYCLE_CLASS_COMPLETE);
}

static void judge(const struct story *story, const struct flavour *flavour, int *right,
                  int *unflagged)
{
    for (size_t i = 0; i < CYCLES; i++) {
        const struct cycle_record *cycle = find(story, &truths[i], 2.1 * flavour->period);

        *right += is_right(cycle, &truths[i], flavour);
        *unflagged += truths[i].is_touched && !(cycle && cycle->flags & CYCLE_GAP);
    }
}

static void cycles_come_out_right_though_answers_are_lost(void **state)
{
    int all = 0, all_right = 0;

    (void)state;
    for (size_t f = 0; f < sizeof(flavours) / sizeof(*flavours); f++) {
        int right = 0, unflagged = 0;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct story story;
            double until = make_shift(&flavours[f], seed * 100 + f);

            story_init(&story);
            story.cycle.parts_per_cycle = flavours[f].parts;
            story.cycle.counter_modulus = flavours[f].modulus;
            poll_shift(&story, &flavours[f], until);
            judge(&story, &flavours[f], &right, &unflagged);
            story_done(&story);
        }
        print_message("%-16s %d of %d right, %d not flagged\n", flavours[f].name, right,
                      SEEDS * CYCLES, unflagged);
        assert_int_equal(unflagged, 0);
        all_right += right;
        all += SEEDS * CYCLES;
    }
    print_message("%d of %d right\n", all_right, all);
    assert_true(all_right * 100 >= all * 99);
}

/* Ticks at any rate, restarts at any sample: the same records, byte for byte. */
static void the_worst_shift_is_the_same_however_it_is_played(void **state)
{
    const struct flavour *worst = &flavours[sizeof(flavours) / sizeof(*flavours) - 1];
    static const struct {
        int tick_every_ms;
        unsigned save_every;
    } ways[] = {
        {0,    0  },
        {170,  0  },
        {0,    613},
        {1000, 97 }
    };
    char *first = NULL;

    (void)state;
    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        struct story story;
        double until = make_shift(worst, 4711);

        story_init(&story);
        story.tick_every_ms = ways[way].tick_every_ms;
        story.save_every = ways[way].save_every;
        poll_shift(&story, worst, until);
        char *printed = story_print(&story);
        if (first)
            assert_true(strcmp(first, printed) == 0);
        else
            first = strdup(printed);
        free(printed);
        story_done(&story);
    }
    free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_come_out_right_though_answers_are_lost),
        cmocka_unit_test(the_worst_shift_is_the_same_however_it_is_played),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
