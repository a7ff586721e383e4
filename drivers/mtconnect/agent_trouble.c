/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/mtconnect/agent.h"

#include <errno.h>
#include <string.h>

enum {
    BAD_MAX = 2,      /* tries of the same document before it is taken apart */
    SKIPPED_MAX = 64, /* unreadable observations before everything is given up */
    STALLS_MAX = 2,   /* streams that gave nothing before it is polled */
};

static const int64_t OFTEN_NS = 10 * NS_PER_S;

int agent_decide(struct agent *agent, enum agent_phase phase)
{
    agent->phase = phase;
    agent->is_decided = true;
    return -ECANCELED;
}

void agent_give_up(struct agent *agent, const struct position_gap *gap,
                   const char *reason, struct moment now)
{
    if (gap->count)
        delivery_gap(&agent->link.delivery, gap, reason, now);
}

/* Two agents behind one address restart with every answer: not in a hot loop. */
int agent_begin_anew(struct agent *agent)
{
    struct moment now = clock_now();

    if (agent->position.is_known) {
        agent_mark(agent); /* numbers that go back from here are other observations */
        agent->lost_from = agent->position.next;
    }
    if (agent->restarted.mono_ns && now.mono_ns - agent->restarted.mono_ns < OFTEN_NS)
        agent->rest_ns = AGENT_REST_NS;
    agent->restarted = now;
    agent->link.delivery.timeline.is_resumed = false;
    agent->position.is_known = agent->archived.is_known = false;
    agent->is_fresh_instance = true;
    agent->chases = 0;
    agent->model_change[0] = '\0';
    return agent_decide(agent, AGENT_PROBE);
}

bool agent_has_restarted(const struct agent *agent, const struct streams_header *header)
{
    return agent->position.is_known && header->has_instance &&
           header->instance_id != agent->position.instance_id;
}

/* The agent's buffer keeps what the store cannot take yet, not our memory. */
bool agent_must_wait(const struct agent *agent)
{
    const struct driver_site *site = agent->link.delivery.site;

    return site->is_busy && site->is_busy(site->owner);
}

/* A stream that gives nothing, by silence or by refusal, twice: then it is polled. */
static bool gives_up_streaming(struct agent *agent)
{
    if (agent->phase != AGENT_STREAM || agent->is_heard || ++agent->stalls < STALLS_MAX)
        return false;
    agent->polls = true;
    agent->polls_since = clock_now();
    (void)agent_decide(agent, AGENT_POLL);
    return true;
}

/* Codes are an open list: what is not known is only waited for. */
int agent_take_error(struct agent *agent)
{
    const char *code = streams_error_code(agent->streams);
    struct delivery *delivery = &agent->link.delivery;

    delivery->health.refused++;
    delivery_trouble(delivery, "the agent says %s: %s", code,
                     streams_error_text(agent->streams));
    if (agent_has_restarted(agent, streams_header(agent->streams)))
        return agent_begin_anew(agent);
    if (strcmp(code, "OUT_OF_RANGE") == 0 && agent->phase != AGENT_CURRENT)
        return agent_decide(agent, AGENT_CURRENT);
    if (strcmp(code, "NO_DEVICE") == 0 || strcmp(code, "INVALID_XPATH") == 0)
        agent->phase = AGENT_PROBE; /* renamed, perhaps; after a pause */
    return gives_up_streaming(agent) ? -ECANCELED : -EBADMSG;
}

/* What the end of the transfer means when no document has decided it. */
void agent_explain(struct agent *agent, const struct http_outcome *outcome)
{
    struct delivery *delivery = &agent->link.delivery;
    bool was_heard = outcome->status != 0 || outcome->error == -ETIMEDOUT;

    if (outcome->error == -ETIMEDOUT)
        delivery->health.timeouts++;
    if (was_heard)
        (void)gives_up_streaming(agent);
    if (outcome->status >= 300 && outcome->status < 400)
        delivery_trouble(delivery,
                         "the agent redirects (HTTP status %ld), which is not followed; "
                         "if it is right, make this the url: %.120s",
                         outcome->status, agent->location);
    else if (outcome->status >= 300)
        delivery_trouble(delivery,
                         "the agent answers with HTTP status %ld; if that goes on, "
                         "check the url",
                         outcome->status);
    else if (outcome->error == -EBADMSG && *delivery->health.trouble)
        return;
    else if (outcome->error)
        delivery_trouble(delivery, "cannot read from the agent: %s", outcome->reason);
    else
        delivery_trouble(delivery, agent->is_multipart ? "the agent ended its stream"
                                                       : "the answer is incomplete");
}

/* An answer that is no document of an agent says nothing about its observations: a
 * proxy's page, a packed answer. It is only waited for. */
static bool is_foreign(const struct agent *agent)
{
    return streams_kind(agent->streams) != STREAMS_OBSERVATIONS;
}

/*
 * A document that is broken twice is asked for in halves until the one observation that
 * cannot be read stands alone; that one is given up.
 */
void agent_take_rubbish(struct agent *agent)
{
    struct delivery *delivery = &agent->link.delivery;
    struct position_gap gap;

    delivery->health.malformed++;
    if (agent->is_packed)
        delivery_trouble(delivery,
                         "the agent packs its answers (Content-Encoding), unasked");
    else
        delivery_trouble(delivery, "an answer cannot be read: %s",
                         streams_complaint(agent->streams));
    if (is_foreign(agent)) {
        (void)gives_up_streaming(agent);
        return;
    }
    if (agent->phase != AGENT_STREAM && agent->phase != AGENT_POLL)
        return;
    if (++agent->bad_documents < BAD_MAX)
        return;
    agent->phase = AGENT_POLL;
    agent->is_decided = true;
    if (agent->count > 1) {
        agent->count /= 2;
        return;
    }
    if (++agent->skipped > SKIPPED_MAX) {
        agent->chases = UINT8_MAX; /* straight to the newest */
        agent->skipped = 0;
        agent->phase = AGENT_CURRENT;
        return;
    }
    position_skip(&agent->position, agent->position.next + 1, &gap);
    agent_give_up(agent, &gap, "the agent's document cannot be read", clock_now());
}
