/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/sparkplug.h"

#include "daemon/base/clock.h"
#include "daemon/loop/slices.h"
#include "daemon/sinks/broker.h"
#include "daemon/sinks/sparkplug/identity.h"
#include "daemon/sinks/sparkplug/node.h"
#include "daemon/sinks/sparkplug/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    COOKIE_DATA,
    COOKIE_BARRIER,
};

struct sink_link {
    struct sink_site site;
    const struct sparkplug_options *options;
    struct broker *broker;
    struct node node;
    struct identity identity;
    bool is_host_online;

    const struct batch *batch;
    size_t next;
    bool is_barrier_out;
    int64_t last_sent_id; /* what is not beyond it is historical when it is sent again */
    struct settlement settlement;
    bool is_settled;
    uv_timer_t soon;
    struct slices work;
    bool was_up, was_tried;
    struct sink_health health;
};

static void on_soon(uv_timer_t *soon)
{
    struct sink_link *link = soon->data;
    struct settlement settlement = link->settlement;

    if (!link->batch || !link->is_settled)
        return;
    if (settlement.verdict == VERDICT_DELIVERED) {
        settlement.settled = link->batch->count;
        link->health.batches++;
    }
    link->batch = NULL;
    link->site.settle(link->site.owner, &settlement);
}

static void settle_soon(struct sink_link *link, enum verdict verdict, const char *reason)
{
    if (!link->batch || link->is_settled)
        return;
    link->is_settled = true;
    link->settlement = (struct settlement){.verdict = verdict, .reason = reason};
    (void)text_copy(link->health.trouble, sizeof(link->health.trouble),
                    verdict == VERDICT_DELIVERED ? "" : reason);
    (void)uv_timer_start(&link->soon, on_soon, 0, 0);
}

/* Takes the bytes. */
static int publish(struct sink_link *link, const char *type, const char *device,
                   void *bytes, size_t length)
{
    char topic[IDENTITY_TOPIC_MAX];
    const struct broker_message message = {
        .topic = topic, .payload = bytes, .length = length, .qos = 0};

    if (!bytes)
        return -ENOMEM;
    identity_print_topic(&link->identity, type, device, topic);
    int error = broker_publish(link->broker, &message, COOKIE_DATA);
    free(bytes);
    if (error)
        node_unsent(&link->node);
    else
        link->health.bytes += (int64_t)length;
    return error;
}

static int bear_node(struct sink_link *link)
{
    size_t length = 0;
    void *bytes = node_birth(&link->node, clock_now().wall_ns, &length);

    int error = publish(link, "NBIRTH", NULL, bytes, length);
    link->node.is_born = !error;
    return error;
}

static int bear_device(struct sink_link *link, struct device *device)
{
    size_t length = 0;
    void *bytes = device_birth(&link->node, device, clock_now().wall_ns, &length);

    int error = publish(link, "DBIRTH", device->machine, bytes, length);
    device->is_born = !error;
    return error;
}

static int bury_device(struct sink_link *link, struct device *device)
{
    size_t length = 0;
    void *bytes = device_death(&link->node, device, clock_now().wall_ns, &length);

    int error = publish(link, "DDEATH", device->machine, bytes, length);
    device->is_born = error != 0; /* and stays dead until its machine is back */
    return error;
}

/* One birth or death that is due: 1; 0 when there is none left. */
static int announce(struct sink_link *link)
{
    struct device *device = node_due(&link->node);
    int error = 0;

    if (!link->node.is_born)
        error = bear_node(link);
    else if (device)
        error = device->is_born ? bury_device(link, device) : bear_device(link, device);
    else
        return 0;
    return error ? error : 1;
}

static int send_record(struct sink_link *link)
{
    const struct record *record = link->batch->records[link->next];
    bool is_historical =
        link->batch->is_backlog || record->replayed || record->id <= link->last_sent_id;
    struct node_data data;

    if (!record->machine[0] || record->kind == RECORD_ARCHIVE) {
        link->next++; /* the gateway's own numbers have no device */
        return 0;
    }
    struct device *device = node_device(&link->node, record->machine);
    if (!device)
        return -ENOMEM;
    int error = device_data(&link->node, device, record, is_historical, &data);
    if (error)
        return error;
    if (data.needs_birth) {
        device->is_dying = false;
        return bear_device(link, device);
    }
    error =
        data.bytes ? publish(link, "DDATA", device->machine, data.bytes, data.length) : 0;
    link->next += !error;
    return error;
}

/* On the same connection, behind all data: whoever has this has them. */
static int send_barrier(struct sink_link *link)
{
    char topic[IDENTITY_TOPIC_MAX] = "";
    struct text text;
    const struct broker_message message = {.topic = topic, .qos = 1};

    text_init_fixed(&text, topic, sizeof(topic));
    text_add(&text, "spindled/barrier/");
    identity_print_id(link->identity.client_id, &text);
    int error = broker_publish(link->broker, &message, COOKIE_BARRIER);
    link->is_barrier_out = !error;
    return error;
}

/* One message; false when nothing can be sent now. A crowd of devices takes many turns.
 */
static bool step(void *owner)
{
    struct sink_link *link = owner;

    if (!broker_is_up(link->broker) || !link->is_host_online ||
        broker_room(link->broker) == 0)
        return false;
    int result = announce(link);
    if (result == 0 && (!link->batch || link->is_settled || link->is_barrier_out))
        return false;
    if (result == 0)
        result = link->next < link->batch->count ? send_record(link) : send_barrier(link);
    if (result == -EINVAL)
        settle_soon(link, VERDICT_REFUSED, "packed signals that cannot be read");
    else if (result == -EMSGSIZE)
        settle_soon(link, VERDICT_REFUSED,
                    "larger than the broker's maximum packet size");
    else if (result < 0 && result != -EAGAIN)
        settle_soon(link, VERDICT_RETRY, "the message could not be made or sent");
    return result >= 0;
}

static void note_sent(struct sink_link *link)
{
    for (size_t i = 0; link->batch && i < link->next; i++)
        if (link->batch->records[i]->id > link->last_sent_id && !link->batch->is_backlog)
            link->last_sent_id = link->batch->records[i]->id;
}

static void renew_will(struct sink_link *link)
{
    size_t length = 0;
    void *bytes = node_death(&link->node, clock_now().wall_ns, &length);

    if (bytes)
        (void)broker_set_will(link->broker, bytes, length);
    free(bytes);
}

static void on_up(void *owner, const struct broker_limits *limits)
{
    struct sink_link *link = owner;
    bool was_up = link->was_up, is_again = was_up || link->was_tried;
    char topic[IDENTITY_TOPIC_MAX];

    (void)limits;
    link->was_up = link->health.linked = true;
    link->health.since_wall_ns = clock_now().wall_ns;
    link->health.reconnects += was_up;
    link->is_host_online = !link->options->primary_host;
    node_forget(&link->node);
    identity_forget_host(&link->identity);
    identity_print_topic(&link->identity, "NCMD", NULL, topic);
    (void)broker_subscribe(link->broker, topic);
    if (link->options->primary_host)
        (void)broker_subscribe(link->broker, link->identity.state_topic);
    slices_work(&link->work);
    if (is_again && link->site.reconnected)
        link->site.reconnected(link->site.owner, was_up);
}

static void on_down(void *owner, const char *reason)
{
    struct sink_link *link = owner;

    link->was_tried = true;
    link->health.linked = false;
    (void)text_copy(link->health.trouble, sizeof(link->health.trouble), reason);
    note_sent(link);
    node_forget(&link->node);
    link->node.bd_seq = (link->node.bd_seq + 1) & 0xff;
    identity_remember(link->identity.file, link->node.bd_seq);
    renew_will(link);
    settle_soon(link, VERDICT_RETRY, link->health.trouble);
}

static void on_published(void *owner, uint64_t cookie, int code)
{
    struct sink_link *link = owner;
    bool is_good = code >= 0 && code < 0x80;

    if (cookie == COOKIE_BARRIER && link->is_barrier_out) {
        link->is_barrier_out = false;
        note_sent(link);
        settle_soon(link, is_good ? VERDICT_DELIVERED : VERDICT_RETRY,
                    is_good ? "" : "the broker did not confirm the barrier");
    }
    slices_work(&link->work);
}

static void on_arrival(void *owner, const struct broker_arrival *arrival)
{
    struct sink_link *link = owner;
    bool is_state = strcmp(arrival->topic, link->identity.state_topic) == 0;

    if (is_state)
        identity_hear_host(&link->identity, arrival->payload, arrival->length,
                           &link->is_host_online);
    else if (!arrival->retained &&
             message_wants_rebirth(arrival->payload, arrival->length))
        node_forget(&link->node);
    if (is_state && !link->is_host_online)
        settle_soon(link, VERDICT_RETRY, "the primary host is offline");
    slices_work(&link->work);
}

static void sparkplug_send(struct sink_link *link, const struct batch *batch)
{
    if (link->batch) /* one at a time is the courier's promise */
        return;
    link->batch = batch;
    link->next = 0;
    link->is_settled = false;
    link->is_barrier_out = false;
    if (!broker_is_up(link->broker))
        settle_soon(link, VERDICT_RETRY, "not connected");
    else if (!link->is_host_online)
        settle_soon(link, VERDICT_RETRY, "the primary host is offline");
    slices_work(&link->work);
}

static void sparkplug_presence(struct sink_link *link, const char *cell,
                               const char *machine, bool linked)
{
    struct device *device = node_device(&link->node, machine);

    (void)cell;
    if (device)
        device->is_dying = !linked;
    slices_work(&link->work);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct sink_link *link = handle->data;
    struct sink_site site = link->site;

    node_done(&link->node);
    free(link);
    site.stopped(site.owner);
}

static void on_work_closed(void *owner)
{
    uv_close((uv_handle_t *)&((struct sink_link *)owner)->soon, on_timer_closed);
}

static void on_closed(void *owner)
{
    slices_close(&((struct sink_link *)owner)->work, on_work_closed);
}

static int start_broker(struct sink_link *link)
{
    size_t length = 0;
    void *bytes = node_death(&link->node, clock_now().wall_ns, &length);
    const struct broker_spec spec = {
        .loop = link->site.loop,
        .name = link->site.name,
        .options = &link->options->broker,
        .client_id = link->identity.client_id,
        .will_topic = link->identity.death_topic,
        .will_payload = bytes,
        .will_length = length,
        .will_qos = 1,
        .says_farewell = true,
        .owner = link,
        .on_up = on_up,
        .on_down = on_down,
        .on_published = on_published,
        .on_arrival = on_arrival,
        .on_closed = on_closed,
    };

    int error = bytes ? broker_start(&spec, &link->broker) : -ENOMEM;
    free(bytes);
    return error;
}

static int sparkplug_start(const struct sink_site *site, const void *options,
                           struct sink_link **ret_link)
{
    struct sink_link *link = calloc(1, sizeof(*link));
    if (!link)
        return -ENOMEM;

    link->site = *site;
    link->options = options;
    identity_init(&link->identity, site, options);
    (void)text_copy(link->health.address, sizeof(link->health.address),
                    link->options->broker.url);
    link->node.bd_seq = identity_recall(link->identity.file);
    int error = start_broker(link);
    if (error) {
        free(link);
        return error;
    }
    (void)uv_timer_init(site->loop, &link->soon);
    slices_init(&link->work, site->loop, link, step);
    link->soon.data = link;
    *ret_link = link;
    return 0;
}

static void sparkplug_stop(struct sink_link *link)
{
    link->batch = NULL;
    broker_stop(link->broker);
}

static void sparkplug_describe(const struct sink_link *link,
                               struct sink_health *ret_health)
{
    *ret_health = link->health;
    broker_add_complaint(link->broker, ret_health->trouble);
}

const struct sink sink_sparkplug = {
    .name = "sparkplug",
    .options = &sparkplug_section,
    .start = sparkplug_start,
    .send = sparkplug_send,
    .stop = sparkplug_stop,
    .describe = sparkplug_describe,
    .presence = sparkplug_presence,
};
