/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/assets.h"

#include "daemon/base/clock.h"
#include "drivers/mtconnect/agent.h"
#include "drivers/mtconnect/tool_asset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PENDING_MAX = 32, /* more than that are fetched together */
    ID_MAX = 256,
    PLACES_MAX = 1024,
    FAILURES_MAX = 5, /* in a row; then only the next change asks again */
};

static const int64_t COALESCE_NS = 100 * NS_PER_MS;
static const int64_t AGAIN_NS = 2 * NS_PER_S;
static const int64_t BETWEEN_NS = 200 * NS_PER_MS;
static const int64_t ANSWER_LIMIT_NS = 30 * NS_PER_S;
static const size_t ANSWER_MAX = 16u << 20;

struct asset_watch {
    struct agent *agent;
    struct tool_assets *reader;
    struct http_transfer *transfer;
    struct slot_task *timer;
    bool is_off; /* the agent has none */
    bool wants_all;
    bool asked_all;
    bool was_removed;
    int failures;
    char asked[ID_MAX];
    struct {
        char id[ID_MAX];
        bool is_removed;
    } pending[PENDING_MAX];
    size_t count;
    char *places[PLACES_MAX]; /* names that samples point to */
    size_t place_count;
};

static void fetch(struct asset_watch *watch);

static void on_due(void *owner, struct moment due, int64_t missed)
{
    struct asset_watch *watch = owner;

    (void)due;
    (void)missed;
    watch->timer = NULL;
    fetch(watch);
}

static void fetch_in(struct asset_watch *watch, int64_t delay_ns)
{
    if (watch->timer || watch->transfer || watch->is_off ||
        (!watch->wants_all && !watch->count))
        return;
    (void)slots_once(watch->agent->link.delivery.site->slots, delay_ns, watch, on_due,
                     &watch->timer);
}

static const char *keep_place(struct asset_watch *watch, const char *name)
{
    for (size_t i = 0; i < watch->place_count; i++)
        if (strcmp(watch->places[i], name) == 0)
            return watch->places[i];
    char *copy = watch->place_count < PLACES_MAX ? strdup(name) : NULL;
    if (copy)
        watch->places[watch->place_count++] = copy;
    return copy;
}

static void on_tool(void *owner, const struct tool_life *tool)
{
    struct asset_watch *watch = owner;
    struct delivery *delivery = &watch->agent->link.delivery;
    const char *place = keep_place(watch, *tool->station ? tool->station : tool->asset);
    const struct sample sample = {
        .signal = SIGNAL_TOOL_LIFE,
        .quality = QUALITY_GOOD,
        .flags = watch->asked_all ? SAMPLE_SNAPSHOT : 0,
        .path = 1,
        .place = place,
        .value = {.kind = VALUE_TOOL_LIFE, .tool_life = tool},
        .at = timeline_now(&delivery->timeline, clock_now()),
    };

    if (!place || !*place)
        return;
    delivery->health.samples++;
    delivery->site->deliver(delivery->site->owner, &sample, 1);
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct asset_watch *watch = owner;
    int result = tool_assets_feed(watch->reader, bytes, length);

    return result < 0 ? result : 0;
}

static void want(struct asset_watch *watch, const char *id, bool is_removed)
{
    size_t i = 0;

    while (i < watch->count && strcmp(watch->pending[i].id, id) != 0)
        i++;
    if (i == PENDING_MAX || strlen(id) >= ID_MAX) {
        watch->wants_all = true;
        return;
    }
    if (i == watch->count)
        (void)text_copy(watch->pending[watch->count++].id, ID_MAX, id);
    watch->pending[i].is_removed = is_removed;
}

/* Cut short, or the agent has other trouble now: what changed is not forgotten. */
static void ask_again(struct asset_watch *watch)
{
    if (++watch->failures > FAILURES_MAX)
        return;
    if (watch->asked_all)
        watch->wants_all = true;
    else
        want(watch, watch->asked, watch->was_removed);
    fetch_in(watch, AGAIN_NS);
}

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct asset_watch *watch = owner;
    const char *code = tool_assets_error(watch->reader);

    watch->transfer = NULL;
    if (!*code && (outcome->error || outcome->status >= 500)) {
        ask_again(watch);
        return;
    }
    watch->failures = 0;
    if (strcmp(code, "ASSET_NOT_FOUND") == 0) {
        if (watch->was_removed) /* and the agent has forgotten it already */
            tool_assets_tell_removed(watch->reader, watch->asked);
    } else if (*code || outcome->status >= 400) {
        watch->is_off = true;
    }
    fetch_in(watch, BETWEEN_NS);
}

static void print_url(struct asset_watch *watch, struct text *url)
{
    const struct agent *agent = watch->agent;
    const char *base = agent->link.delivery.options->url;
    size_t length = strlen(base);

    while (length && base[length - 1] == '/')
        length--;
    text_add_bytes(url, base, length);
    if (watch->asked_all) {
        if (*agent->device)
            text_add_format(url, "/%s", agent->device);
        text_add(url, "/assets?count=1024");
        return;
    }
    text_add(url, "/asset/");
    agent_encode(url, watch->asked);
}

static void choose(struct asset_watch *watch)
{
    watch->asked_all = watch->wants_all;
    if (watch->wants_all) {
        watch->wants_all = false;
        watch->count = 0;
        return;
    }
    (void)text_copy(watch->asked, sizeof(watch->asked), watch->pending[0].id);
    watch->was_removed = watch->pending[0].is_removed;
    memmove(watch->pending, watch->pending + 1, --watch->count * sizeof(*watch->pending));
}

static void fetch(struct asset_watch *watch)
{
    struct agent *agent = watch->agent;
    char address[AGENT_URL_MAX];
    struct text url;

    if (watch->is_off || (!watch->wants_all && !watch->count))
        return;
    choose(watch);
    text_init_fixed(&url, address, sizeof(address));
    print_url(watch, &url);
    tool_assets_reset(watch->reader);
    struct http_request request = {
        .total_ns = ANSWER_LIMIT_NS,
        .max_bytes = ANSWER_MAX,
        .owner = watch,
        .on_bytes = on_bytes,
        .on_done = on_done,
    };
    if (url.failed || agent_request(agent, address, &request, &watch->transfer))
        watch->transfer = NULL;
}

int asset_watch_create(struct agent *agent, struct asset_watch **ret_watch)
{
    struct asset_watch *watch = calloc(1, sizeof(*watch));
    const struct tool_assets_sink sink = {watch, on_tool};

    if (!watch || tool_assets_create(&sink, &watch->reader)) {
        free(watch);
        return -ENOMEM;
    }
    watch->agent = agent;
    *ret_watch = watch;
    return 0;
}

void asset_watch_stop(struct asset_watch *watch)
{
    if (!watch)
        return;
    watch->is_off = true;
    http_cancel(watch->transfer);
    slots_cancel(watch->timer);
    watch->transfer = NULL;
    watch->timer = NULL;
}

void asset_watch_destroy(struct asset_watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->place_count; i++)
        free(watch->places[i]);
    tool_assets_destroy(watch->reader);
    free(watch);
}

void asset_watch_refresh(struct asset_watch *watch)
{
    if (!watch)
        return;
    watch->is_off = false;
    watch->wants_all = true;
    fetch_in(watch, COALESCE_NS);
}

void asset_watch_observe(struct asset_watch *watch, const struct observation *observation)
{
    bool is_removed = strcmp(observation->element, "AssetRemoved") == 0;

    if (!watch || watch->is_off || observation->is_unavailable || !*observation->value)
        return;
    if (!is_removed && strcmp(observation->element, "AssetChanged") != 0 &&
        strcmp(observation->element, "AssetAdded") != 0)
        return;
    want(watch, observation->value, is_removed);
    fetch_in(watch, COALESCE_NS);
}
