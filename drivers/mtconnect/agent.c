/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/agent.h"

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBE_MAX = 64 << 20,
    STARTS = 10,
};

static const int64_t ANSWER_NS = 30 * NS_PER_S;  /* of a whole answer */
static const int64_t PART_NS = 60 * NS_PER_S;    /* a trickling peer does not hold us */
static const int64_t POLL_MIN_NS = 1 * NS_PER_S; /* between two polls with no news */
static const int64_t POLLS_NS = 10 * NS_PER_MINUTE; /* until streaming is tried again */
static const int64_t BUSY_NS = 100 * NS_PER_MS; /* until the store is looked at again */
static const int64_t SOON_NS = SLOT_NS;
static const int64_t FIRST_RETRY_NS = 1 * NS_PER_S, LAST_RETRY_NS = 30 * NS_PER_S;

static void ask(struct agent *agent);
static void go_on(struct agent *agent);
static void ask_in(struct agent *agent, int64_t delay_ns);

static void on_due(void *owner, struct moment due, int64_t missed)
{
    struct agent *agent = owner;

    (void)due;
    (void)missed;
    agent->timer = NULL;
    if (agent->slice.is_open && http_turn_is_long(agent->link.delivery.site->http))
        ask_in(agent, SOON_NS); /* others have had this turn */
    else if (agent->slice.is_open)
        go_on(agent);
    else if (agent_must_wait(agent))
        ask_in(agent, BUSY_NS);
    else
        ask(agent);
}

static void ask_in(struct agent *agent, int64_t delay_ns)
{
    struct slots *slots = agent->link.delivery.site->slots;

    if (agent->is_stopping)
        return;
    slots_cancel(agent->timer);
    agent->timer = NULL;
    if (slots_once(slots, delay_ns, agent, on_due, &agent->timer))
        delivery_trouble(&agent->link.delivery, "out of memory");
}

/* The first retry after good news goes at once: agents and machines are switched off
 * every evening. Only then is the link called lost. */
static void try_again(struct agent *agent)
{
    if (agent->has_progress) {
        agent->has_progress = false;
        ask_in(agent, SOON_NS);
        return;
    }
    agent->polls = false;
    if (agent->phase == AGENT_POLL)
        agent->phase = AGENT_STREAM;
    if (!agent->link.delivery.mapping)
        agent->phase = AGENT_PROBE;
    delivery_link(&agent->link.delivery, false, clock_now());
    agent->link.delivery.health.reconnects++;
    ask_in(agent, backoff_next(&agent->backoff));
}

static void on_header(void *owner, const char *name, const char *value)
{
    struct agent *agent = owner;

    if (text_equal_fold(name, "Content-Type"))
        (void)text_copy(agent->content_type, sizeof(agent->content_type), value);
    else if (text_equal_fold(name, "Location"))
        (void)text_copy(agent->location, sizeof(agent->location), value);
    else if (text_equal_fold(name, "Content-Encoding"))
        agent->is_packed = !text_equal_fold(value, "identity");
}

static void on_status(void *owner, long status)
{
    struct agent *agent = owner;

    agent->is_multipart = status == 200 && agent->phase == AGENT_STREAM &&
                          multipart_init(&agent->multipart, agent->content_type) == 0;
}

static void on_part(void *owner)
{
    struct agent *agent = owner;

    agent->has_text = false;
    streams_reset(agent->streams);
}

static int on_part_bytes(void *owner, const char *bytes, size_t length)
{
    struct agent *agent = owner;

    for (size_t i = 0; i < length && !agent->has_text; i++)
        agent->has_text = !strchr(" \t\r\n", bytes[i]);
    return streams_feed(agent->streams, bytes, length);
}

/* An empty part is a sign of life. */
static int on_part_end(void *owner)
{
    struct agent *agent = owner;

    if (streams_is_complete(agent->streams))
        return agent_take_document(agent);
    if (!agent->has_text)
        return 0;
    delivery_trouble(&agent->link.delivery, "a part of the stream is no whole document");
    return -EBADMSG;
}

static int read_stream(struct agent *agent, const char *bytes, size_t length)
{
    const struct multipart_sink sink = {agent, on_part, on_part_bytes, on_part_end};
    int64_t limit_ns = 2 * agent->link.delivery.options->heartbeat + PART_NS;

    if (clock_now().mono_ns - agent->part_since.mono_ns > limit_ns)
        return -ETIMEDOUT;
    return multipart_feed(&agent->multipart, bytes, length, &sink);
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct agent *agent = owner;

    if (agent->phase == AGENT_PROBE) {
        text_add_bytes(&agent->probe, bytes, length);
        return agent->probe.failed ? -ENOMEM : 0;
    }
    if (agent->is_multipart)
        return read_stream(agent, bytes, length);
    int result = streams_feed(agent->streams, bytes, length);
    return result < 0 ? result : 0;
}

static bool is_rubbish(const struct agent *agent, const struct http_outcome *outcome)
{
    if (agent->phase == AGENT_PROBE || outcome->status >= 300)
        return false;
    return *streams_complaint(agent->streams) != '\0';
}

/* Whether it is time to see if the agent can stream by now. */
static bool tries_to_stream(const struct agent *agent, struct moment now)
{
    if (agent->count < agent->full_count)
        return false;
    return !agent->polls || now.mono_ns - agent->polls_since.mono_ns > POLLS_NS;
}

/* The document of a poll is through: at once if the agent has more, else after a pause.
 */
static void poll_on(struct agent *agent)
{
    const struct streams_header *header = streams_header(agent->streams);
    bool has_more = header->last >= agent->position.next && header->last > 0;
    int64_t pause_ns = agent->link.delivery.options->interval;

    agent->phase = AGENT_POLL;
    if (has_more && streams_count(agent->streams) > 0)
        pause_ns = SOON_NS;
    else if (pause_ns < POLL_MIN_NS)
        pause_ns = POLL_MIN_NS;
    if (tries_to_stream(agent, clock_now())) {
        agent->polls = false;
        agent->phase = AGENT_STREAM;
    }
    ask_in(agent, pause_ns);
}

static void ask_on(struct agent *agent)
{
    ask_in(agent, agent->rest_ns ? agent->rest_ns : SOON_NS);
    agent->rest_ns = 0;
}

/* A document is through, or as far as it goes for now; `result` is agent_take_document's.
 */
void agent_conclude(struct agent *agent, int result)
{
    if (agent->slice.is_open || agent->is_decided) {
        ask_on(agent);
    } else if (result) {
        try_again(agent); /* the document has said why */
    } else if (agent->is_multipart) {
        ask_on(agent); /* the stream ended with it */
    } else {
        if (agent->phase == AGENT_STREAM && !agent->polls) {
            agent->polls = true; /* it cannot stream */
            agent->polls_since = clock_now();
        }
        poll_on(agent);
    }
}

static void go_on(struct agent *agent)
{
    agent_conclude(agent, agent_apply_slice(agent));
}

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct agent *agent = owner;

    agent->transfer = NULL;
    if (agent->is_decided || agent->slice.is_open) {
        ask_on(agent); /* by a part of the stream */
        return;
    }
    if (!agent->is_multipart && agent->phase != AGENT_PROBE &&
        streams_is_complete(agent->streams)) {
        agent_conclude(agent, agent_take_document(agent));
        return;
    }
    if (agent->phase == AGENT_PROBE && !outcome->error && outcome->status < 300) {
        agent_take_probe(agent);
        return;
    }
    if (is_rubbish(agent, outcome))
        agent_take_rubbish(agent);
    else
        agent_explain(agent, outcome);

    if (agent->is_decided)
        ask_on(agent);
    else
        try_again(agent);
}

static void begin_answer(struct agent *agent)
{
    agent->is_decided = false;
    agent->is_multipart = false;
    agent->is_heard = false;
    agent->content_type[0] = agent->location[0] = '\0';
    agent->is_packed = false;
    agent->part_since = clock_now();
    text_clear(&agent->probe);
    streams_reset(agent->streams);
}

int agent_request(struct agent *agent, const char *url, struct http_request *request,
                  struct http_transfer **ret_transfer)
{
    const struct mtconnect_options *options = agent->link.delivery.options;
    char password[SECRET_MAX] = "", sentence[256];
    int error = options->password_file
                    ? secret_read(options->password_file, password, sentence)
                    : 0;

    if (error) {
        delivery_trouble(&agent->link.delivery, "%s", sentence);
        return error;
    }
    request->url = url;
    request->user = options->username;
    request->password = password;
    request->ca_file = options->ca_file;
    request->certificate_file = options->certificate_file;
    request->key_file = options->key_file;
    request->insecure = options->insecure;
    error = http_start(agent->link.delivery.site->http, request, ret_transfer);
    secret_forget(password, sizeof(password));
    return error;
}

static void ask(struct agent *agent)
{
    const struct mtconnect_options *options = agent->link.delivery.options;
    bool is_stream = agent->phase == AGENT_STREAM;
    char url[AGENT_URL_MAX];
    struct http_request request = {
        .total_ns = is_stream ? 0 : ANSWER_NS,
        .silence_ns = is_stream ? 2 * options->heartbeat + 2 * NS_PER_S : 0,
        .max_bytes = is_stream ? 0 : PROBE_MAX,
        .owner = agent,
        .on_header = on_header,
        .on_status = on_status,
        .on_bytes = on_bytes,
        .on_done = on_done,
    };

    begin_answer(agent);
    int error = agent_print_url(agent, url);
    if (!error)
        error = agent_request(agent, url, &request, &agent->transfer);
    if (error)
        ask_in(agent, LAST_RETRY_NS);
    else
        agent->link.delivery.health.asked++;
}

static void agent_free(struct agent *agent)
{
    asset_watch_destroy(agent->assets);
    streams_destroy(agent->streams);
    text_done(&agent->probe);
    delivery_done(&agent->link.delivery);
    free(agent);
}

/* The link must be gone only after stop() has returned. */
static void on_stopped(void *owner, struct moment due, int64_t missed)
{
    struct agent *agent = owner;
    const struct driver_site *site = agent->link.delivery.site;
    struct slot_task *task;

    (void)due;
    (void)missed;
    if (agent->reading && !slots_once(site->slots, SLOT_NS, agent, on_stopped, &task))
        return; /* a thread of the pool is still at work for it */
    agent_free(agent);
    site->stopped(site->owner);
}

static void agent_stop(struct driver_link *link)
{
    struct agent *agent = (struct agent *)link;
    const struct driver_site *site = link->delivery.site;
    struct slot_task *task;

    agent->is_stopping = true;
    http_cancel(agent->transfer);
    agent->transfer = NULL;
    slots_cancel(agent->timer);
    agent->timer = NULL;
    asset_watch_stop(agent->assets);
    if (slots_once(site->slots, SLOT_NS, agent, on_stopped, &task))
        on_stopped(agent, clock_now(), 0);
}

static uint32_t seed_of(const char *machine)
{
    uint32_t seed = 2166136261u;

    for (; *machine; machine++)
        seed = (seed ^ (unsigned char)*machine) * 16777619u;
    return seed;
}

/* "INSTANCE NEXT OFFSET WALL LEAD", the last three when they were known. */
static void resume(struct agent *agent, const char *text)
{
    struct timeline_memory memory = {0};

    if (position_parse(&agent->position, text))
        return;
    if (sscanf(text, "%*u %*u %" SCNd64 " %" SCNd64 " %" SCNd64, &memory.offset_ns,
               &memory.wall_ns, &memory.lead_ns) >= 2)
        timeline_resume(&agent->link.delivery.timeline, &memory, clock_now());
}

int agent_start(const struct driver_site *site, const struct mtconnect_options *options,
                struct driver_link **ret_link)
{
    struct agent *agent = calloc(1, sizeof(*agent));

    if (!agent)
        return -ENOMEM;
    agent->link.stop = agent_stop;
    delivery_init(&agent->link.delivery, site, options);
    text_init_heap(&agent->probe);
    agent->count = agent->full_count = options->count;
    backoff_init(&agent->backoff, FIRST_RETRY_NS, LAST_RETRY_NS, seed_of(site->machine));
    resume(agent, site->resume);
    (void)position_parse(&agent->archived, site->archived);
    if (streams_create(&agent->streams) ||
        (options->assets && asset_watch_create(agent, &agent->assets))) {
        agent_free(agent);
        return -ENOMEM;
    }
    ask_in(agent, SOON_NS * (1 + seed_of(site->machine) % STARTS)); /* not all at once */
    *ret_link = &agent->link;
    return 0;
}
