/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/execution_spindle.h"

#include <math.h>

#define RISE_NS (7 * NS_PER_S) /* after the proof: a tool has then entered */
#define REPEATS 3 /* equal speeds in a row that tell a source read at intervals */

/* Silence longer than any tool change: what ran had ended with the last value. */
void spindle_fall_silent(struct execution_state *state,
                         const struct cycle_options *options, struct moment now,
                         struct execution_edges *edges)
{
    int64_t silent_ns = now.mono_ns - state->spindle_slot.last_ns;

    if (state->level.signal == SIGNAL_SPINDLE_SPEED && state->repeats < REPEATS)
        return; /* told on change: silence is a steady speed */
    if (!state->spindle_slot.is_known || silent_ns <= options->spindle_stop ||
        !state->spindle.is_settled || state->spindle.settled != EXECUTION_RUN)
        return;
    state->spindle.is_open = false;
    candidate_propose(
        &state->spindle,
        &(struct proposal){EXECUTION_IDLE, moment_plus(now, -silent_ns), 0, 0});
    execution_settle(state, options, &state->spindle, SEG_SOURCE_SPINDLE, now.mono_ns,
                     edges);
}

/* Is "on" that the spindle turns, and not that it cuts? */
static bool tells_turning(const struct execution_state *state,
                          const struct cycle_options *options)
{
    return state->level.signal == SIGNAL_SPINDLE_SPEED ||
           (state->level.rests && isnan(options->spindle_on));
}

/*
 * Stale records make a turning spindle seem to stand, also just after its start. Turning
 * does not flicker by itself, so it need not last in one piece to have started. Returns
 * whether a stop is to be overlooked.
 */
static bool bridge_start(struct execution_state *state,
                         const struct cycle_options *options, const struct sample *sample,
                         bool runs)
{
    struct candidate *spindle = &state->spindle;
    int64_t now_ns = sample->at.mono_ns;

    if (runs)
        state->turned_ns = now_ns;
    return !runs && spindle->is_open && spindle->next == EXECUTION_RUN &&
           now_ns - state->turned_ns < options->spindle_stop;
}

/* Is the date of a start that of the middle of a rise? */
static bool is_rise(const struct execution_state *state,
                    const struct cycle_options *options)
{
    return !tells_turning(state, options) && isnan(options->spindle_on) &&
           state->spindle.is_open && state->spindle.next == EXECUTION_RUN;
}

void spindle_settle(struct execution_state *state, const struct cycle_options *options,
                    int64_t now_ns, struct execution_edges *edges)
{
    struct candidate *spindle = &state->spindle;

    if (is_rise(state, options) && now_ns >= spindle->decide_ns) {
        int64_t seen_ns = spindle->next_at.mono_ns;
        int64_t middle_ns =
            rise_middle(&state->rise, state->level.idle, seen_ns, &spindle->width_ns);
        spindle->next_at = moment_plus(spindle->next_at, middle_ns - seen_ns);
    }
    execution_settle(state, options, spindle, SEG_SOURCE_SPINDLE, now_ns, edges);
}

/* A cut that ends before its rise was over was one if it lasted long enough. */
static void end_early(struct execution_state *state, const struct cycle_options *options,
                      int64_t now_ns, struct execution_edges *edges)
{
    struct candidate *spindle = &state->spindle;
    int64_t proven_ns = spindle->decide_ns - RISE_NS;

    if (!is_rise(state, options) || now_ns < proven_ns || now_ns >= spindle->decide_ns)
        return;
    spindle->decide_ns = now_ns;
    spindle_settle(state, options, now_ns, edges);
}

/* Compares a value with the levels that are known by now. */
static void decide(struct execution_state *state, const struct cycle_options *options,
                   const struct sample *sample, struct execution_edges *edges)
{
    struct spindle_level *level = &state->level;
    struct candidate *spindle = &state->spindle;
    double value = fabs(sample_number(sample));
    double on = isnan(options->spindle_on) ? level->on : options->spindle_on;
    double off = !isnan(options->spindle_off) ? options->spindle_off
                 : isnan(options->spindle_on) ? level->off
                                              : options->spindle_on;
    enum execution now = spindle->is_open ? spindle->next : spindle->settled;
    bool was_running = (spindle->is_open || spindle->is_settled) && now == EXECUTION_RUN;
    bool runs = was_running ? value >= off : value > on;
    int64_t width =
        poll_slot_observe(&state->spindle_slot, options, sample, runs == was_running);

    state->has_spindle = true;
    if (tells_turning(state, options) && bridge_start(state, options, sample, runs))
        return;
    int64_t hold = runs ? options->spindle_start : options->spindle_stop;
    if (!runs)
        end_early(state, options, sample->at.mono_ns, edges);
    else if (!tells_turning(state, options) && isnan(options->spindle_on))
        hold += RISE_NS;
    candidate_propose(spindle, &(struct proposal){runs ? EXECUTION_RUN : EXECUTION_IDLE,
                                                  sample->at, width, hold});
    if (!spindle->is_settled && spindle->is_open && !runs)
        spindle->decide_ns = sample->at.mono_ns; /* the first state needs no proof */
}

/* Levels that have just been learned say also what the values before them meant. */
static void decide_again(struct execution_state *state,
                         const struct cycle_options *options, const struct sample *sample,
                         struct execution_edges *edges)
{
    struct sample before = *sample;
    double previous = NAN;
    int64_t at_ns = 0;

    for (uint32_t back = RISE_VALUES - 1; back > 0; back--) {
        if (!rise_recall(&state->rise, back, &at_ns, &before.value.number))
            continue;
        before.value.kind = VALUE_NUMBER;
        spindle_level_recall(&state->level, before.value.number, previous);
        previous = before.value.number;
        before.at = moment_plus(sample->at, at_ns - sample->at.mono_ns);
        if (state->spindle.is_open)
            spindle_settle(state, options, at_ns, edges);
        decide(state, options, &before, edges);
    }
}

void spindle_hear(struct execution_state *state, const struct cycle_options *options,
                  const struct sample *sample, struct execution_edges *edges)
{
    struct spindle_level *level = &state->level;
    double value = fabs(sample_number(sample));
    bool is_learned = isnan(options->spindle_on), was_known = level->is_known;

    if (!sample_is_good(sample) || isnan(value)) {
        edges->misses = state->has_spindle && !state->direct.is_settled &&
                        sample->signal == level->signal;
        return;
    }
    spindle_level_observe(level, sample->signal, value);
    if (sample->signal == SIGNAL_SPINDLE_SPEED) {
        state->repeats += state->repeats < REPEATS && value == state->last_speed;
        state->last_speed = value;
    }
    if (sample->signal != level->signal)
        return;
    if (level->signal != SIGNAL_SPINDLE_SPEED)
        rise_observe(&state->rise, sample->at.mono_ns, value);
    if (was_known && !level->is_known && !state->spindle.is_settled)
        state->spindle = (struct candidate){0};
    if (!level->is_known && is_learned)
        return;
    spindle_fall_silent(state, options, sample->at, edges);
    if (is_learned && !was_known && level->signal != SIGNAL_SPINDLE_SPEED)
        decide_again(state, options, sample, edges);
    decide(state, options, sample, edges);
}

enum spindle_draw execution_draw(const struct execution_state *state, uint32_t back,
                                 int64_t *ret_at_ns)
{
    const struct spindle_level *level = &state->level;
    double value = 0;

    if (!level->is_known || level->signal == SIGNAL_SPINDLE_SPEED ||
        !rise_recall(&state->rise, back, ret_at_ns, &value))
        return DRAW_UNKNOWN;
    /* A load is in percent of what the drive can do: idling may be none of it. */
    bool tells_cuts = !level->rests || level->signal == SIGNAL_SPINDLE_LOAD;
    if (value < (tells_cuts ? level->off : spindle_level_turns(level)))
        return DRAW_LITTLE;
    return tells_cuts ? DRAW_CUTS : DRAW_TURNS;
}
