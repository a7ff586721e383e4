/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/execution.h"
#include "daemon/analytics/cycle/execution_spindle.h"

#include <math.h>
#include <string.h>

/* Poorer sources wait this long for a better one to be heard. */
#define BETTER_WAIT_NS (5 * NS_PER_S)
#define BIT_HOLD_NS    NS_PER_S

void execution_init(struct execution_state *state)
{
    memset(state, 0, sizeof(*state));
    state->execution = EXECUTION_UNAVAIL;
    state->last_speed = NAN;
    spindle_level_init(&state->level);
}

static double variance(int64_t width_ns, int64_t uncertainty_ns)
{
    double width = (double)width_ns / 1e9, half = (double)uncertainty_ns / 1e9;

    return width > 0 ? width * width / 12 : half * half / 3;
}

/* --- which source counts -------------------------------------------------------------
 */

#define BIT_RANK 4 /* from here on nothing better is waited for */

static int rank(enum seg_source source)
{
    static const int ranks[] = {
        [SEG_SOURCE_EXECUTION] = 5,   [SEG_SOURCE_CYCLE_BIT] = BIT_RANK,
        [SEG_SOURCE_STACK_LIGHT] = 2, [SEG_SOURCE_SPINDLE] = 1,
        [SEG_SOURCE_COUNTER] = 0,
    };
    return ranks[source];
}

static bool is_chosen(const struct execution_state *state,
                      const struct cycle_options *options, enum seg_source source)
{
    static const enum seg_source pinned[] = {
        [SOURCE_AUTO] = SEG_SOURCE_EXECUTION,
        [SOURCE_EXECUTION] = SEG_SOURCE_EXECUTION,
        [SOURCE_CYCLE_BIT] = SEG_SOURCE_CYCLE_BIT,
        [SOURCE_COUNTER] = SEG_SOURCE_COUNTER,
        [SOURCE_STACK_LIGHT] = SEG_SOURCE_STACK_LIGHT,
        [SOURCE_SPINDLE] = SEG_SOURCE_SPINDLE,
    };

    if (options->source != SOURCE_AUTO)
        return pinned[options->source] == source;
    return !state->is_known || rank(source) >= rank(state->source);
}

/* A start is only seen by who saw that nothing ran before. */
static void publish_before(struct candidate *candidate, enum seg_source source,
                           struct execution_edges *edges)
{
    if (candidate->has_before && candidate->before != candidate->settled &&
        edges->count < EXECUTION_EDGES)
        edges->items[edges->count++] = (struct execution_edge){
            .to = candidate->before, .at = candidate->before_at, .source = source};
    candidate->has_before = false;
}

static void publish(struct execution_state *state, struct candidate *candidate,
                    enum seg_source source, int64_t uncertainty_ns,
                    struct execution_edges *edges)
{
    bool is_news = !state->is_known || state->execution != candidate->settled;

    if (!state->is_known)
        publish_before(candidate, source, edges);
    state->is_known = true;
    state->source = source;
    state->execution = candidate->settled;
    if (!is_news || edges->count == EXECUTION_EDGES)
        return;
    edges->items[edges->count++] = (struct execution_edge){
        .to = candidate->settled,
        .at = candidate->next_at,
        .variance_s2 = variance(candidate->width_ns, uncertainty_ns),
        .source = source,
    };
}

/* A candidate of a poorer source, once it is believed and nothing better was heard. */
void execution_settle(struct execution_state *state, const struct cycle_options *options,
                      struct candidate *candidate, enum seg_source source, int64_t now_ns,
                      struct execution_edges *edges)
{
    bool waits = options->source == SOURCE_AUTO && rank(source) < BIT_RANK &&
                 now_ns < state->first_ns + BETTER_WAIT_NS;

    if (!candidate->is_open || now_ns < candidate->decide_ns || waits)
        return;
    if (candidate_settle(candidate) && is_chosen(state, options, source))
        publish(state, candidate, source, 0, edges);
}

/* --- bits ------------------------------------------------------------------------- */

static enum execution read_bits(struct execution_state *state)
{
    if (state->bits_bad)
        return EXECUTION_UNAVAIL;
    if (!state->has_operating)
        return state->cycle_bit ? EXECUTION_RUN : EXECUTION_IDLE;
    if (!state->operating)
        return state->program_end ? EXECUTION_DONE : EXECUTION_IDLE;
    if (state->start_lamp)
        return EXECUTION_RUN;
    if (state->bar_end)
        return EXECUTION_WAIT;
    if (state->hold_lamp)
        return EXECUTION_HOLD;
    return state->optional_stop ? EXECUTION_OSTOP : EXECUTION_PSTOP;
}

static enum seg_source bit_source(const struct execution_state *state)
{
    return state->has_operating ? SEG_SOURCE_EXECUTION : SEG_SOURCE_CYCLE_BIT;
}

/* Bits of one answer have one moment: they are looked at together when it has passed. */
static void look_at_bits(struct execution_state *state,
                         const struct cycle_options *options, int64_t now_ns,
                         struct execution_edges *edges)
{
    struct candidate *bits = &state->bits;

    if (state->direct.is_settled && options->source == SOURCE_AUTO)
        return; /* the control says itself what it does */
    if (state->bits_dirty && now_ns > state->instant.mono_ns) {
        enum execution next = read_bits(state);
        bool is_sure = state->bit_slot.period_ns >= NS_PER_S ||
                       options->poll >= NS_PER_S || !bits->is_settled ||
                       next == EXECUTION_UNAVAIL;

        candidate_propose(bits, &(struct proposal){next, state->instant,
                                                   state->instant_width_ns,
                                                   is_sure ? 0 : BIT_HOLD_NS});
        state->bits_dirty = false;
        if (bits->is_open && bits->sightings > 1)
            bits->decide_ns = state->instant.mono_ns;
        if (next == EXECUTION_RUN && !bits->is_open)
            state->program_end = false;
    }
    execution_settle(state, options, bits, bit_source(state), now_ns, edges);
}

static void hear_bit(struct execution_state *state, const struct cycle_options *options,
                     const struct sample *sample)
{
    bool is_on = sample->value.kind != VALUE_NONE && sample->value.integer != 0;
    bool is_bad = !sample_is_good(sample);
    bool *bit = NULL;

    switch (sample->signal) {
    case SIGNAL_OPERATING:
        state->has_operating |= !is_bad;
        bit = &state->operating;
        break;
    case SIGNAL_CYCLE_START_LAMP:
        bit = &state->start_lamp;
        break;
    case SIGNAL_FEED_HOLD_LAMP:
        bit = &state->hold_lamp;
        break;
    case SIGNAL_CYCLE_BIT:
        state->has_cycle_bit |= !is_bad;
        bit = &state->cycle_bit;
        break;
    default:
        state->program_end |= is_on;
        return;
    }
    if (!state->bits_dirty || sample->at.mono_ns != state->instant.mono_ns) {
        bool same = !is_bad && *bit == is_on;
        state->instant_width_ns =
            poll_slot_observe(&state->bit_slot, options, sample, same);
        state->bits_bad = false;
    }
    state->instant = sample->at;
    state->bits_dirty = true;
    if (is_bad)
        state->bits_bad = true;
    else
        *bit = is_on;
}

/* --- lights ----------------------------------------------------------------------- */

static void look_at_lights(struct execution_state *state,
                           const struct cycle_options *options, struct moment now,
                           struct execution_edges *edges)
{
    struct candidate *lights = &state->lights;
    int64_t last = stack_light_changed_ns(&state->stack);

    /* What was due before the lights counted as steady again comes first. */
    if (lights->is_open && lights->decide_ns <= last + options->flash)
        execution_settle(state, options, lights, SEG_SOURCE_STACK_LIGHT, now.mono_ns,
                         edges);
    candidate_propose(
        lights,
        &(struct proposal){stack_light_read(&state->stack, options->flash, now.mono_ns),
                           moment_plus(now, last - now.mono_ns), 0, options->flash});
    execution_settle(state, options, lights, SEG_SOURCE_STACK_LIGHT, now.mono_ns, edges);
}

/* ---------------------------------------------------------------------------------- */

static void hear_direct(struct execution_state *state,
                        const struct cycle_options *options, const struct sample *sample,
                        struct execution_edges *edges)
{
    enum execution next = sample_is_good(sample) ? (enum execution)sample->value.integer
                                                 : EXECUTION_UNAVAIL;

    if (next == EXECUTION_HOLD && state->bar_end)
        next = EXECUTION_WAIT; /* it waits for the next bar */
    bool same = state->direct.is_settled && state->direct.settled == next;
    int64_t width = poll_slot_observe(&state->direct_slot, options, sample, same);

    if (next == EXECUTION_UNAVAIL && !state->direct.is_settled)
        return; /* a data item that never had a value is no source */
    if (next == EXECUTION_UNAVAIL || state->execution == EXECUTION_UNAVAIL)
        width = 0;
    candidate_propose(&state->direct, &(struct proposal){next, sample->at, width, 0});
    if (candidate_settle(&state->direct) &&
        is_chosen(state, options, SEG_SOURCE_EXECUTION))
        publish(state, &state->direct, SEG_SOURCE_EXECUTION, sample->uncertainty_ns,
                edges);
}

void execution_lose(struct execution_state *state)
{
    struct candidate *const all[] = {&state->direct, &state->bits, &state->lights,
                                     &state->spindle};

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        all[i]->is_open = false;
        all[i]->settled = EXECUTION_UNAVAIL;
    }
    state->bits_dirty = false;
    state->execution = EXECUTION_UNAVAIL;
}

void execution_advance(struct execution_state *state, const struct cycle_options *options,
                       struct moment now, struct execution_edges *edges)
{
    if (state->bits_dirty || state->bits.is_open)
        look_at_bits(state, options, now.mono_ns, edges);
    if (state->has_lights)
        look_at_lights(state, options, now, edges);
    if (state->spindle.is_open)
        spindle_settle(state, options, now.mono_ns, edges);
    if (state->has_spindle)
        spindle_fall_silent(state, options, now, edges);
}

void execution_observe(struct execution_state *state, const struct cycle_options *options,
                       const struct sample *sample, struct execution_edges *edges)
{
    if (!state->has_first) {
        state->has_first = true;
        state->first_ns = sample->at.mono_ns;
    }
    execution_advance(state, options, sample->at, edges);
    switch (sample->signal) {
    case SIGNAL_EXECUTION:
        hear_direct(state, options, sample, edges);
        break;
    case SIGNAL_OPERATING:
    case SIGNAL_CYCLE_START_LAMP:
    case SIGNAL_FEED_HOLD_LAMP:
    case SIGNAL_CYCLE_BIT:
    case SIGNAL_PROGRAM_END:
        hear_bit(state, options, sample);
        break;
    case SIGNAL_BAR_END:
        state->bar_end = sample_is_good(sample) && sample->value.integer;
        break;
    case SIGNAL_STACK_LIGHT:
        edges->misses = state->has_lights && !sample_is_good(sample);
        state->has_lights |= stack_light_hear(&state->stack, sample);
        if (state->has_lights)
            look_at_lights(state, options, sample->at, edges);
        break;
    case SIGNAL_SPINDLE_SPEED:
    case SIGNAL_SPINDLE_LOAD:
    case SIGNAL_SPINDLE_POWER:
    case SIGNAL_SPINDLE_CURRENT:
        if (!state->direct.is_settled || options->source == SOURCE_SPINDLE ||
            state->level.signal != SIGNAL_SPINDLE_SPEED)
            spindle_hear(state, options, sample, edges);
        break;
    default:
        break;
    }
}
