/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/speaker.h"

#include "daemon/base/moment.h"

#include <string.h>

static void speaker_go(struct speaker *speaker);

static void on_speaker_timer(uv_timer_t *timer)
{
    struct speaker *speaker = timer->data;

    speaker->started = true;
    speaker_go(speaker);
}

static void speaker_wait(struct speaker *speaker, int64_t ns)
{
    uint64_t ms = (uint64_t)((ns + NS_PER_MS - 1) / NS_PER_MS);

    uv_timer_start(&speaker->timer, on_speaker_timer, ms, 0);
}

static void speaker_pop(struct speaker *speaker)
{
    speaker->first = (speaker->first + 1) % SPEAKER_QUEUE;
    speaker->count--;
    speaker->said = 0;
    speaker->started = false;
}

/* Says what is due; arms the timer for what is not. */
static void speaker_go(struct speaker *speaker)
{
    while (speaker->count > 0) {
        const struct delivery *delivery = &speaker->queue[speaker->first];
        size_t left = delivery->length - speaker->said;
        size_t now = delivery->between_ns > 0 && left > 1 ? 1 : left;

        if (delivery->delay_ns > 0 && !speaker->started) {
            speaker_wait(speaker, delivery->delay_ns);
            return;
        }
        if (delivery->closes) {
            speaker->hang_up(speaker->owner, delivery->deaf_ns);
            return;
        }
        if (!delivery->silent)
            speaker->say(speaker->owner, delivery->bytes + speaker->said, now);
        speaker->said += now;
        if (!delivery->silent && speaker->said < delivery->length) {
            speaker_wait(speaker, delivery->between_ns);
            return;
        }
        speaker_pop(speaker);
    }
}

void speaker_init(struct speaker *speaker, uv_loop_t *loop, void *owner)
{
    memset(speaker, 0, sizeof(*speaker));
    speaker->owner = owner;
    uv_timer_init(loop, &speaker->timer);
    speaker->timer.data = speaker;
}

void speaker_add(struct speaker *speaker, const struct delivery *delivery)
{
    if (speaker->count == SPEAKER_QUEUE)
        return;
    speaker->queue[(speaker->first + speaker->count++) % SPEAKER_QUEUE] = *delivery;
    if (speaker->count == 1)
        speaker_go(speaker);
}
