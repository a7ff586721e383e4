/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/mtconnect/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    BAD_MAX = 2,      /* tries of the same document before it is taken apart */
    SKIPPED_MAX = 64, /* unreadable observations before everything is given up */
};

/* Ends what runs and asks for `phase` at once. */
static int decide(struct agent *agent, enum agent_phase phase)
{
    agent->phase = phase;
    agent->is_decided = true;
    return -ECANCELED;
}

static void give_up(struct agent *agent, const struct position_gap *gap,
                    const char *reason, struct moment now)
{
    if (gap->count)
        delivery_gap(&agent->link.delivery, gap, reason, now);
}

/* Everything not yet read of the old instance is gone, and nobody knows how much. */
static int restart(struct agent *agent)
{
    const struct position_gap gap = {.from = agent->position.next};

    delivery_gap(&agent->link.delivery, &gap, "the agent was restarted", clock_now());
    agent->link.delivery.timeline.is_resumed = false;
    agent->position.is_known = false;
    agent->is_fresh_instance = true;
    agent->chases = 0;
    agent->model_change[0] = '\0';
    return decide(agent, AGENT_PROBE);
}

static bool has_restarted(const struct agent *agent, const struct streams_header *header)
{
    return agent->position.is_known && header->has_instance &&
           header->instance_id != agent->position.instance_id;
}

static void mark(struct agent *agent)
{
    const struct driver_site *site = agent->link.delivery.site;
    char position[POSITION_TEXT_MAX];
    char text[POSITION_TEXT_MAX + 48];
    struct timeline_memory memory;

    position_print(&agent->position, position);
    if (timeline_remember(&agent->link.delivery.timeline, clock_now(), &memory))
        (void)snprintf(text, sizeof(text), "%s %" PRId64 " %" PRId64, position,
                       memory.offset_ns, memory.wall_ns);
    else
        (void)text_copy(text, sizeof(text), position);
    site->mark(site->owner, text);
}

/* When the state at `next` was: now, unless the agent has news since. */
static struct moment find_state(const struct agent *agent, struct moment now)
{
    const struct streams_header *header = streams_header(agent->streams);
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
        stamp_ns += agent->link.delivery.timeline.base_ns;
        if (now.mono_ns - stamp_ns < late_ns)
            late_ns = now.mono_ns - stamp_ns;
    }
    return late_ns <= 0 || late_ns == INT64_MAX ? now : moment_plus(now, -late_ns);
}

/*
 * The state as it was at `next`: items whose newest observation is older. The others will
 * come by themselves.
 */
static void apply_snapshot(struct agent *agent, struct moment now)
{
    struct moment at = find_state(agent, now);

    delivery_link(&agent->link.delivery, true, at);
    for (size_t i = 0; i < streams_count(agent->streams); i++) {
        struct observation observation;

        if (streams_sequence(agent->streams, i) >= agent->position.next)
            break;
        streams_read(agent->streams, i, &observation);
        delivery_observation(&agent->link.delivery, &observation, at, false);
    }
}

/* Where a first start, or a new instance, is taken up. */
static void take_up(struct agent *agent, const struct streams_header *header,
                    struct moment now)
{
    bool from_start = agent->is_fresh_instance || agent->link.delivery.options->backlog;
    struct position_gap gap = {0};

    position_set(&agent->position, header->instance_id,
                 agent->is_fresh_instance ? 1 : header->next);
    if (from_start && header->first) {
        if (agent->is_fresh_instance)
            position_skip(&agent->position, header->first, &gap);
        agent->position.next = header->first;
    }
    give_up(agent, &gap, "overwritten before it was read", now);
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
    agent->chases++;
    position_skip(&agent->position, from, &gap);
    give_up(agent, &gap, "overwritten before it was read", now);
}

static int take_current(struct agent *agent, struct moment now)
{
    const struct streams_header *header = streams_header(agent->streams);

    if (has_restarted(agent, header) ||
        (agent->position.is_known && header->next < agent->position.next))
        return restart(agent);
    if (agent->position.is_known)
        chase(agent, header, now);
    else
        take_up(agent, header, now);
    mark(agent); /* tells the instance first: what of it is known already is left out */
    apply_snapshot(agent, now);
    agent->has_state = true;
    mark(agent);
    agent->phase = agent->polls ? AGENT_POLL : AGENT_STREAM;
    agent->is_decided = true;
    return 0;
}

static void apply_news(struct agent *agent, struct moment now)
{
    for (size_t i = 0; i < streams_count(agent->streams); i++) {
        struct observation observation;
        struct position_gap gap;
        bool is_news =
            position_admit(&agent->position, streams_sequence(agent->streams, i), &gap);

        give_up(agent, &gap, "missing in the agent's answer", now);
        if (!is_news)
            continue;
        streams_read(agent->streams, i, &observation);
        delivery_observation(&agent->link.delivery, &observation, now, true);
        asset_watch_observe(agent->assets, &observation);
    }
}

static uint64_t lowest_news(const struct agent *agent)
{
    for (size_t i = 0; i < streams_count(agent->streams); i++)
        if (streams_sequence(agent->streams, i) >= agent->position.next)
            return streams_sequence(agent->streams, i);
    return 0;
}

/* The document could be read: ask for more again, step by step. */
static void recover_count(struct agent *agent)
{
    int64_t full = agent->link.delivery.options->count;

    agent->bad_documents = agent->skipped = 0;
    if (agent->count < full)
        agent->count = agent->count * 2 < full ? agent->count * 2 : full;
}

static int take_sample(struct agent *agent, struct moment now)
{
    const struct streams_header *header = streams_header(agent->streams);
    struct position_gap gap;
    enum position_verdict verdict =
        position_judge(&agent->position, header, lowest_news(agent), &gap);

    if (verdict == POSITION_RESTARTED)
        return restart(agent);
    if (verdict == POSITION_DISTRUST) {
        agent->link.delivery.health.malformed++;
        delivery_trouble(&agent->link.delivery,
                         "the agent's sequence numbers cannot be true");
        agent->phase = AGENT_CURRENT;
        return -EBADMSG;
    }
    give_up(agent, &gap, "overwritten before it was read", now);
    apply_news(agent, now);
    position_commit(&agent->position, header, &gap);
    give_up(agent, &gap, "missing in the agent's answer", now);
    mark(agent);
    agent->chases = 0;
    agent->stalls = 0;
    recover_count(agent);

    bool is_changed = *agent->model_change &&
                      strcmp(agent->model_change, header->model_change_time) != 0;
    (void)text_copy(agent->model_change, sizeof(agent->model_change),
                    header->model_change_time);
    return is_changed ? decide(agent, AGENT_PROBE) : 0;
}

/* Codes are an open list: what is not known is only waited for. */
static int take_error(struct agent *agent)
{
    const char *code = streams_error_code(agent->streams);
    struct delivery *delivery = &agent->link.delivery;

    delivery->health.refused++;
    delivery_trouble(delivery, "the agent says %s: %s", code,
                     streams_error_text(agent->streams));
    if (has_restarted(agent, streams_header(agent->streams)))
        return restart(agent);
    if (strcmp(code, "OUT_OF_RANGE") == 0 && agent->phase != AGENT_CURRENT)
        return decide(agent, AGENT_CURRENT);
    if (strcmp(code, "NO_DEVICE") == 0 || strcmp(code, "INVALID_XPATH") == 0)
        agent->phase = AGENT_PROBE; /* renamed, perhaps; after a pause */
    return -EBADMSG;
}

int agent_take_document(struct agent *agent)
{
    struct moment now = clock_now();
    int result;

    if (streams_kind(agent->streams) == STREAMS_ERROR)
        return take_error(agent);
    if (streams_kind(agent->streams) != STREAMS_OBSERVATIONS ||
        !streams_header(agent->streams)->has_next) {
        agent->link.delivery.health.malformed++;
        delivery_trouble(&agent->link.delivery, "this is not an MTConnect agent");
        return -EBADMSG;
    }
    if (agent->phase == AGENT_CURRENT)
        result = take_current(agent, now);
    else
        result = take_sample(agent, now);
    if (result == -EBADMSG)
        return result;
    agent->link.delivery.health.answered++;
    agent->part_since = now;
    if (!agent->is_decided || result == 0) {
        agent->has_progress = true;
        backoff_reset(&agent->backoff);
        delivery_link(&agent->link.delivery, true, now);
        delivery_alive(&agent->link.delivery, now);
    }
    return result;
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
    delivery_trouble(delivery, "an answer cannot be read: %s",
                     streams_complaint(agent->streams));
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
    give_up(agent, &gap, "the agent's document cannot be read", clock_now());
}

/* Names are preferred: a uuid of 000 is common. */
static void choose_device(struct agent *agent, const struct devices *devices)
{
    const struct mtconnect_options *options = agent->link.delivery.options;
    const struct device *device = devices_find(devices, options->device);
    size_t same_name = 0;
    struct text text;

    agent->position.is_filtered = devices->count > 1 || options->path;
    text_init_fixed(&text, agent->device, sizeof(agent->device));
    if (devices->count <= 1 || !device)
        return;
    for (size_t i = 0; i < devices->count; i++)
        same_name += strcmp(devices->items[i].name, device->name) == 0;
    agent_encode(&text, *device->name && same_name == 1 ? device->name : device->uuid);
}

/* FNV-1a of everything but the header, which changes each time. */
static uint64_t digest_devices(const char *xml)
{
    const char *start = strstr(xml, "Devices>");
    uint64_t digest = 14695981039346656037u;

    for (start = start ? start : xml; *start; start++)
        digest = (digest ^ (unsigned char)*start) * 1099511628211u;
    return digest;
}

void agent_take_probe(struct agent *agent)
{
    struct delivery *delivery = &agent->link.delivery;
    struct devices *devices;
    char sentence[160];

    uint64_t digest = digest_devices(agent->probe.data ? agent->probe.data : "");
    int error = devices_read(agent->probe.data ? agent->probe.data : "",
                             agent->probe.length, &devices, sentence);
    if (!error && delivery->mapping && digest == agent->probe_digest) {
        agent->announced = devices->instance_id;
        devices_free(devices);
    } else if (!error) {
        agent->announced = devices->instance_id;
        error = delivery_map(delivery, devices, sentence);
        if (!error) {
            agent->probe_digest = digest;
            agent->has_state = false;
        }
    }
    if (error) {
        delivery->health.malformed++;
        delivery_trouble(delivery, "%s", sentence);
        return;
    }
    delivery->health.answered++;
    choose_device(agent, delivery->devices);
    if (agent->position.is_known && agent->announced &&
        agent->announced != agent->position.instance_id)
        (void)restart(agent);
    if (!agent->position.is_known || !agent->has_state)
        agent->phase = AGENT_CURRENT;
    else
        agent->phase = agent->polls ? AGENT_POLL : AGENT_STREAM;
    agent->is_decided = true;
}
