/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path is doing, from the best of what it says: domain.md 1.1 and 1.2. Pure.
 *
 * An edge is decided when it is sure and dated when it happened: in the middle between
 * the last poll without and the first with it, and never where a debounce ended.
 */
#pragma once

#include "daemon/analytics/cycle/candidate.h"
#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/cycle/levels.h"
#include "daemon/analytics/cycle/poll_slot.h"
#include "daemon/analytics/cycle/rise.h"
#include "daemon/analytics/cycle/spindle_level.h"
#include "daemon/analytics/cycle/stack_light.h"
#include "daemon/model/sample.h"

#define EXECUTION_EDGES 4

struct execution_state {
    bool is_known;
    enum execution execution;
    enum seg_source source;
    int64_t first_ns; /* of any signal of this path */
    bool has_first;

    struct candidate direct, bits, lights, spindle;
    struct poll_slot direct_slot, bit_slot, light_slot, spindle_slot;

    bool has_operating, has_cycle_bit, has_lights, has_spindle; /* ever heard */
    bool operating, start_lamp, hold_lamp, cycle_bit, program_end;
    bool optional_stop, bar_end;
    bool bits_bad, bits_dirty;
    struct moment instant; /* of the bits heard last, not yet looked at together */
    int64_t instant_width_ns;
    struct stack_light stack;
    struct spindle_level level;
    struct rise rise;
    bool is_rising;
    struct moment rose_at;
    int64_t turned_ns; /* the spindle was last seen turning */
    double last_speed; /* a source that repeats itself is read at intervals; others */
    uint32_t repeats;  /* are silent for as long as nothing changes */
};

struct execution_edge {
    enum execution to;
    struct moment at;
    double variance_s2; /* of the date */
    enum seg_source source;
};

struct execution_edges {
    size_t count;
    struct execution_edge items[EXECUTION_EDGES];
    bool misses; /* a value was missed of a source that tells no state for that */
};

void execution_init(struct execution_state *state);

/* Appends what became sure by this sample; what became sure by time comes first. */
void execution_observe(struct execution_state *state, const struct cycle_options *options,
                       const struct sample *sample, struct execution_edges *edges);

/* What the spindle's newest value means, and the one `back` values before it; unknown
 * with a speed, which is believed instead, and until levels are learned. */
enum spindle_draw execution_draw(const struct execution_state *state, uint32_t back,
                                 int64_t *ret_at_ns);

/* What was known is no longer: the next value is news, whatever it is. */
void execution_lose(struct execution_state *state);
void execution_advance(struct execution_state *state, const struct cycle_options *options,
                       struct moment now, struct execution_edges *edges);
