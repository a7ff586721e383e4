/* SPDX-License-Identifier: Apache-2.0 */
/* A batch on its way to the broker: how much of it is published, and what came back.
   Pure. */
#pragma once

#include "daemon/sinks/broker_reason.h"

struct carriage {
    const struct batch *batch; /* NULL = none */
    size_t next;               /* record that is to be published */
    size_t next_topic;         /* of its messages */
    size_t flying;             /* messages without an answer */
    bool is_unconfirmed;       /* one of them went at QoS 0 */
    struct broker_ruling
        ruling; /* the first answer that is not good, or else delivered */
};

void carriage_begin(struct carriage *carriage, const struct batch *batch);

/* Is there nothing left to publish: all of it is, or something of it failed? */
bool carriage_is_published(const struct carriage *carriage);

/* … and every answer came, so that it can be settled? */
bool carriage_is_done(const struct carriage *carriage);

/* One message of the next record, which has `topic_count` of them, is taken care of. */
void carriage_advance(struct carriage *carriage, size_t topic_count);

/* What the first failure was stays. */
void carriage_rule(struct carriage *carriage, struct broker_ruling ruling);

/* The connection is gone, and with it every answer that was awaited. */
void carriage_lose(struct carriage *carriage, const char *reason);

/* What became of it; `reason` is borrowed. The carriage is empty afterwards. */
struct settlement carriage_end(struct carriage *carriage, const char *reason);
