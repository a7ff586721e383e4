/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest values of a path, as far as cycles are concerned, and whether it cuts:
 * domain.md 1.6. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/cycle/turning.h"
#include "daemon/model/record.h"
#include "daemon/model/sample.h"

#define LEVEL_SPINDLES 4
#define LEVEL_FAULTS   16

struct spindle_values {
    uint32_t place;
    double load;
    struct turning turning;
};

/* Load of a spindle that turns in air. */
struct air_load {
    double mean, variance;
    uint32_t seen;
};

/* Which feeds are rapid moves: the fastest there are, and less of the time than others.
 */
struct feed_habits {
    double top, fast_s, slow_s;
    int64_t newest_ns;
};

/* What a spindle's power, current or load says where no speed is heard. */
enum spindle_draw {
    DRAW_UNKNOWN,
    DRAW_LITTLE, /* stands, or turns in air */
    DRAW_TURNS,  /* much, by a spindle that otherwise stands */
    DRAW_CUTS,   /* more than it takes to turn in air */
};

struct levels {
    enum spindle_draw draw;
    bool turns_by_draw; /* DRAW_TURNS is all the time it turns, running down included */
    struct feed_habits feeds;
    bool has_mode, has_function, has_bit, has_timer, has_energy, has_counter, has_feed;
    bool single_block, dry_run, axis_lock;
    bool door_open, chuck_open, has_door, bar_end, waits_for_part, emergency, alarm;
    enum mode mode;
    enum function function;
    bool cutting_bit;
    double feed, feed_override, timer, energy;
    int64_t timer_ns, energy_ns; /* what they have counted so far, resets taken out */
    struct spindle_values spindles[LEVEL_SPINDLES];
    uint32_t spindle_count;
    double top_speed; /* the highest seen */
    int64_t late_ns;  /* a spindle turned since then, as is known now; 0 = no news */
    struct air_load air;
    uint32_t faults[LEVEL_FAULTS]; /* active ones, 0 = free */
    uint32_t fault_types[LEVEL_FAULTS];
    struct moment fault_at; /* the newest to begin while none was active */
    char fault_code[RECORD_NAME_MAX];
    char program[RECORD_TEXT_MAX], tool[RECORD_NAME_MAX], pallet[RECORD_NAME_MAX];
    char last_tool[RECORD_NAME_MAX]; /* the newest that was not blank */
    bool has_tools;                  /* another than zero was seen: zero is no tool */
    bool spindle_empty;              /* the control says that no tool is in it */
    int64_t line;                    /* RECORD_UNKNOWN = not known */
    char wait_reason[RECORD_NAME_MAX], comment[RECORD_NAME_MAX];
};

void levels_init(struct levels *levels);

/* Takes the sample in; texts, counters and executions are the caller's. */
void levels_observe(struct levels *levels, const struct sample *sample);

bool levels_has_fault(const struct levels *levels);

/* Is the mode one in which running makes cycles? Not known counts as yes. */
bool levels_is_automatic(const struct levels *levels);

/* The busiest spindle; NAN when none was heard. */
double levels_load(const struct levels *levels);
double levels_speed(const struct levels *levels);

/* Does one of the spindles turn, and may one of them, or is it a ramp? By their speeds.
 */
bool levels_turn(const struct levels *levels);
bool levels_may_turn(const struct levels *levels);

/* Is it a rapid move, as far as the feed can tell? */
bool levels_is_rapid(const struct levels *levels);
bool levels_is_cutting(const struct levels *levels, const struct cycle_options *options);
enum cut_source levels_cut_source(const struct levels *levels,
                                  const struct cycle_options *options);
