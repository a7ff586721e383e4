/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/carriage.h"

void carriage_begin(struct carriage *carriage, const struct batch *batch)
{
    *carriage = (struct carriage){
        .batch = batch, .ruling = {.verdict = VERDICT_DELIVERED, .reason = ""}
    };
}

bool carriage_is_published(const struct carriage *carriage)
{
    return carriage->next == carriage->batch->count ||
           carriage->ruling.verdict != VERDICT_DELIVERED;
}

bool carriage_is_done(const struct carriage *carriage)
{
    return carriage->batch && carriage_is_published(carriage) && carriage->flying == 0;
}

void carriage_advance(struct carriage *carriage, size_t topic_count)
{
    if (++carriage->next_topic < topic_count)
        return;
    carriage->next++;
    carriage->next_topic = 0;
}

void carriage_rule(struct carriage *carriage, struct broker_ruling ruling)
{
    if (carriage->ruling.verdict == VERDICT_DELIVERED)
        carriage->ruling = ruling;
}

void carriage_lose(struct carriage *carriage, const char *reason)
{
    carriage->flying = 0;
    carriage->ruling = (struct broker_ruling){.verdict = VERDICT_RETRY, .reason = reason};
}

struct settlement carriage_end(struct carriage *carriage, const char *reason)
{
    const struct broker_ruling *ruling = &carriage->ruling;
    struct settlement settlement = {
        .batch = carriage->batch,
        .verdict = ruling->verdict,
        .reason = reason,
        .retry_after_ns = ruling->pause_ns,
        .answered = ruling->answered,
    };

    if (ruling->verdict == VERDICT_DELIVERED) {
        settlement.settled = carriage->batch->count;
        settlement.unconfirmed = carriage->is_unconfirmed;
    }
    carriage->batch = NULL;
    return settlement;
}
