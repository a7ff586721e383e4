/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/mtconnect/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SLICE_ITEMS = 1000, /* observations applied in one turn of the loop */
    CHASES_MAX = 3,     /* then it takes a rest between two */
};

void agent_mark(struct agent *agent)
{
    const struct driver_site *site = agent->link.delivery.site;
    char position[POSITION_TEXT_MAX];
    char text[POSITION_TEXT_MAX + 72];
    struct timeline_memory memory;

    position_print(&agent->position, position);
    if (timeline_remember(&agent->link.delivery.timeline, clock_now(), &memory))
        (void)snprintf(text, sizeof(text), "%s %" PRId64 " %" PRId64 " %" PRId64,
                       position, memory.offset_ns, memory.wall_ns, memory.lead_ns);
    else
        (void)text_copy(text, sizeof(text), position);
    site->mark(site->owner, text);
}

/* When the state at `next` was: now, unless the agent has news since. */
static struct moment find_state(const struct agent *agent, struct moment now)
{
    const struct streams_header *header = streams_header(agent->streams);
    const struct timeline *timeline = &agent->link.delivery.timeline;
    int64_t now_ns = timeline_now(timeline, now).mono_ns;
    int64_t stamp_ns, late_ns = INT64_MAX;

    if (agent->position.next >= header->next)
        return now;
    for (size_t i = 0; i < streams_count(agent->streams); i++) {
        struct observation observation;

        if (streams_sequence(agent->streams, i) >= agent->position.next)
            break;
        streams_read(agent->streams, i, &observation);
        if (moment_parse(observation.timestamp, &stamp_ns) <= 0)
            continue;
        stamp_ns += timeline->base_ns;
        if (now_ns - stamp_ns < late_ns)
            late_ns = now_ns - stamp_ns;
    }
    return late_ns <= 0 || late_ns == INT64_MAX ? now : moment_plus(now, -late_ns);
}

/* Where a first start, or a new instance, is taken up. */
static void take_up(struct agent *agent, const struct streams_header *header,
                    struct moment now)
{
    bool from_start = agent->is_fresh_instance || agent->link.delivery.options->backlog;
    struct position_gap gap = {.from = agent->lost_from};

    if (agent->is_fresh_instance)
        delivery_gap(&agent->link.delivery, &gap, "the agent was restarted", now);
    gap = (struct position_gap){0};
    position_set(&agent->position, header->instance_id,
                 agent->is_fresh_instance ? 1 : header->next);
    if (from_start && header->first) {
        if (agent->is_fresh_instance)
            position_skip(&agent->position, header->first, &gap);
        agent->position.next = header->first;
    }
    agent_give_up(agent, &gap, "overwritten before it was read", now);
    agent->is_fresh_instance = false;
    asset_watch_refresh(agent->assets);
}

static void chase(struct agent *agent, const struct streams_header *header,
                  struct moment now)
{
    uint64_t from = agent->position.next;
    struct position_gap gap;

    if (agent->chases || from < header->first || from > header->next)
        from = position_chase(header, agent->chases);
    if (agent->chases++ >= CHASES_MAX)
        agent->rest_ns = AGENT_REST_NS;
    position_skip(&agent->position, from, &gap);
    agent_give_up(agent, &gap, "overwritten before it was read", now);
}

/* Some agents refuse a count that is more than their buffer holds. */
static void limit_count(struct agent *agent, const struct streams_header *header)
{
    int64_t count = agent->link.delivery.options->count;

    if (header->buffer_size && header->buffer_size < (uint64_t)count)
        count = (int64_t)header->buffer_size;
    agent->full_count = count;
    if (agent->count > count)
        agent->count = count;
}

/* The state tells the conditions that are active, not those that ended behind our back:
 * all of such an item end here, and those that are told begin again at the same moment.
 */
static void end_conditions(struct agent *agent)
{
    for (size_t i = 0; i < streams_count(agent->streams); i++) {
        struct observation observation;

        if (streams_sequence(agent->streams, i) >= agent->position.next)
            break;
        streams_read(agent->streams, i, &observation);
        if (observation.category != OBSERVATION_CONDITION ||
            (observation.level != LEVEL_FAULT && observation.level != LEVEL_WARNING))
            continue;
        observation.level = LEVEL_NORMAL;
        observation.condition_id = observation.native_code = observation.value = "";
        delivery_observation(&agent->link.delivery, &observation, agent->slice.at, false);
    }
}

static bool is_behind(const struct position *position,
                      const struct streams_header *header)
{
    return position->is_known && position_is_behind(position, header);
}

/* Where we were killed, values may be stored that are farther than our position: by them
 * the same name is known for another agent's. */
static bool is_behind_archive(struct agent *agent, const struct streams_header *header)
{
    const struct position *archived = &agent->archived;
    bool is_restart = is_behind(archived, header) && header->last &&
                      header->instance_id == archived->instance_id;

    if (is_restart)
        position_set(&agent->position, archived->instance_id, archived->next);
    return is_restart;
}

static int open_current(struct agent *agent, struct moment now)
{
    const struct streams_header *header = streams_header(agent->streams);

    if (agent_has_restarted(agent, header) || is_behind(&agent->position, header) ||
        is_behind_archive(agent, header))
        return agent_begin_anew(agent);
    agent->archived.is_known = false;
    limit_count(agent, header);
    if (agent->position.is_known)
        chase(agent, header, now);
    else
        take_up(agent, header, now);
    agent_mark(
        agent); /* tells the instance first: what of it is known already is left out */
    agent->slice.at = find_state(agent, now);
    delivery_link(&agent->link.delivery, true, agent->slice.at);
    end_conditions(agent);
    return 0;
}

/* The state as it was at `next`: items whose newest observation is older. The others will
 * come by themselves. */
static bool apply_state(struct agent *agent, size_t index)
{
    struct observation observation;

    if (streams_sequence(agent->streams, index) >= agent->position.next)
        return false;
    streams_read(agent->streams, index, &observation);
    delivery_observation(&agent->link.delivery, &observation, agent->slice.at, false);
    return true;
}

static int close_current(struct agent *agent)
{
    agent->has_state = true;
    agent_mark(agent);
    agent->phase = agent->polls ? AGENT_POLL : AGENT_STREAM;
    agent->is_decided = true;
    return 0;
}

static uint64_t lowest_news(const struct agent *agent)
{
    for (size_t i = 0; i < streams_count(agent->streams); i++)
        if (streams_sequence(agent->streams, i) >= agent->position.next)
            return streams_sequence(agent->streams, i);
    return 0;
}

static int open_sample(struct agent *agent, struct moment now)
{
    struct position_gap gap;
    enum position_verdict verdict = position_judge(
        &agent->position, streams_header(agent->streams), lowest_news(agent), &gap);

    if (verdict == POSITION_RESTARTED)
        return agent_begin_anew(agent);
    if (verdict == POSITION_ODD)
        agent->link.delivery.health.malformed++;
    agent->slice.at = now;
    agent_give_up(agent, &gap, "overwritten before it was read", now);
    return 0;
}

static void apply_news(struct agent *agent, size_t index)
{
    struct observation observation;
    struct position_gap gap;
    bool is_news =
        position_admit(&agent->position, streams_sequence(agent->streams, index), &gap);

    agent_give_up(agent, &gap, "missing in the agent's answer", agent->slice.at);
    if (!is_news)
        return;
    streams_read(agent->streams, index, &observation);
    delivery_observation(&agent->link.delivery, &observation, agent->slice.at, true);
    asset_watch_observe(agent->assets, &observation);
}

/* The document could be read: ask for more again, step by step. */
static void recover_count(struct agent *agent)
{
    int64_t full = agent->full_count;

    agent->bad_documents = agent->skipped = 0;
    if (agent->count < full)
        agent->count = agent->count * 2 < full ? agent->count * 2 : full;
}

static int close_sample(struct agent *agent)
{
    const struct streams_header *header = streams_header(agent->streams);
    struct position_gap gap;

    position_commit(&agent->position, header, &gap);
    agent_give_up(agent, &gap, "missing in the agent's answer", agent->slice.at);
    agent_mark(agent);
    agent->chases = agent->stalls = 0;
    recover_count(agent);

    bool is_changed = *agent->model_change &&
                      strcmp(agent->model_change, header->model_change_time) != 0;
    (void)text_copy(agent->model_change, sizeof(agent->model_change),
                    header->model_change_time);
    if (is_changed)
        return agent_decide(agent, AGENT_PROBE);
    if (!agent_must_wait(agent))
        return 0;
    return agent_decide(agent, agent->polls ? AGENT_POLL : AGENT_STREAM);
}

/* The document is through. */
static int close_document(struct agent *agent)
{
    struct delivery *delivery = &agent->link.delivery;
    int result =
        agent->phase == AGENT_CURRENT ? close_current(agent) : close_sample(agent);

    agent->slice.is_open = false;
    delivery->health.answered++;
    agent->part_since = agent->slice.received;
    agent->has_progress = agent->is_heard = true;
    backoff_reset(&agent->backoff);
    delivery_link(delivery, true, agent->slice.received);
    delivery_alive(delivery, agent->slice.received);
    return result;
}

int agent_apply_slice(struct agent *agent)
{
    size_t count = streams_count(agent->streams);
    size_t until = agent->slice.next + SLICE_ITEMS;

    if (until > count)
        until = count;
    for (; agent->slice.next < until; agent->slice.next++) {
        if (agent->phase != AGENT_CURRENT)
            apply_news(agent, agent->slice.next);
        else if (!apply_state(agent, agent->slice.next))
            until = count = agent->slice.next;
    }
    if (until == count)
        return close_document(agent);
    agent_mark(agent);
    return -ECANCELED;
}

int agent_take_document(struct agent *agent)
{
    struct moment now = clock_now();
    int result;

    if (streams_kind(agent->streams) == STREAMS_ERROR)
        return agent_take_error(agent);
    if (streams_kind(agent->streams) != STREAMS_OBSERVATIONS ||
        (agent->phase == AGENT_CURRENT && !streams_header(agent->streams)->has_next)) {
        agent->link.delivery.health.malformed++;
        delivery_trouble(&agent->link.delivery, "this is not an MTConnect agent");
        return -EBADMSG;
    }
    agent->slice.next = 0;
    agent->slice.received = now;
    if (agent->phase == AGENT_CURRENT)
        result = open_current(agent, now);
    else
        result = open_sample(agent, now);
    if (result)
        return result;
    agent->slice.is_open = true;
    if (!agent->is_multipart && http_turn_is_long(agent->link.delivery.site->http))
        return -ECANCELED; /* as if a slice were through */
    return agent_apply_slice(agent);
}
