/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_player.h"

#define TICK_NS   NS_PER_S
#define FINISH_NS (60 * NS_PER_S) /* longer than any grace time */
#define TICKS_MAX 1000000         /* a longer silence ticks more slowly */

/* Ticks up to `at`, which is not before the last one. */
static void tick_until(struct player *player, struct moment at)
{
    int64_t silence_ns = at.mono_ns - player->tick_ns;
    int64_t step_ns = TICK_NS;

    if (silence_ns / TICK_NS > TICKS_MAX)
        step_ns = silence_ns / TICKS_MAX;
    while (player->tick_ns <= at.mono_ns) {
        struct moment tick =
            moment_plus(player->now, player->tick_ns - player->now.mono_ns);
        tracker_advance(player->tracker, tick, player->out);
        player->tick_ns += step_ns;
    }
}

static void begin(struct player *player, struct moment at)
{
    player->has_begun = true;
    player->now = at;
    player->tick_ns = at.mono_ns + TICK_NS;
    if (!player->run)
        return;
    player->run->at = at;
    tracker_tell(player->tracker, player->run, player->out);
}

static void move_to(struct player *player, struct moment at)
{
    if (!player->has_begun)
        begin(player, at);
    tick_until(player, at);
    player->now = at;
}

static void on_sample(void *self, const struct sample *sample)
{
    struct player *player = self;

    player->samples++;
    tracker_observe(player->tracker, sample, player->out);
}

static void on_statement(void *self, struct statement *statement)
{
    struct player *player = self;

    statement->context = *tracker_context(player->tracker);
    tracker_tell(player->tracker, statement, player->out);
}

static struct input *earliest(struct input **inputs, const bool *has_more, size_t count)
{
    struct input *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (has_more[i] &&
            (!best || input_moment(inputs[i]).mono_ns < input_moment(best).mono_ns))
            best = inputs[i];
    return best;
}

void player_play(struct player *player, struct input **inputs, size_t count)
{
    const struct input_sink sink = {
        .owner = player, .emit = on_sample, .tell = on_statement};
    bool has_more[64] = {false};

    for (size_t i = 0; i < count; i++)
        has_more[i] = input_next(inputs[i]);
    for (struct input *input; (input = earliest(inputs, has_more, count));) {
        move_to(player, input_moment(input));
        input_play(input, &sink);
        for (size_t i = 0; i < count; i++)
            if (inputs[i] == input)
                has_more[i] = input_next(input);
    }
}

void player_finish(struct player *player)
{
    if (player->has_begun)
        tick_until(player, moment_plus(player->now, FINISH_NS));
}
