/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/mqtt.h"

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/sinks/broker.h"
#include "daemon/sinks/mqtt/carriage.h"
#include "daemon/sinks/mqtt/command.h"
#include "daemon/sinks/mqtt/desk.h"
#include "daemon/sinks/mqtt/options.h"
#include "daemon/sinks/mqtt/payload.h"
#include "daemon/sinks/mqtt/retained.h"
#include "daemon/sinks/mqtt/topic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each batch that is out has its carriage; its number is the cookie of its messages. */
enum {
    CARRIAGE_LIVE,
    CARRIAGE_BACKLOG,
    CARRIAGES,
    COOKIE_DESK = CARRIAGES,

    LIVE_SHARE = 4, /* this part of the window, divided, the backlog leaves free */
};

struct sink_link {
    struct sink_site site;
    const struct mqtt_options *options;
    struct broker *broker;
    struct desk desk;
    struct retained retained;
    struct text client_id, status_topic, topic, payload;

    struct carriage carriages[CARRIAGES];
    unsigned spare; /* of the window, for live rows */
    uv_timer_t soon;

    bool was_up, was_tried;
    struct sink_health health;
};

static void settle(struct sink_link *link, struct carriage *carriage)
{
    char reason[256];

    (void)text_copy(reason, sizeof(reason), carriage->ruling.reason);
    struct settlement settlement = carriage_end(carriage, reason);
    bool is_delivered = settlement.verdict == VERDICT_DELIVERED;
    link->health.batches += is_delivered;
    (void)text_copy(link->health.trouble, sizeof(link->health.trouble),
                    is_delivered ? "" : reason);
    link->site.settle(link->site.owner, &settlement);
}

static void on_soon(uv_timer_t *soon)
{
    struct sink_link *link = soon->data;

    for (int i = 0; i < CARRIAGES; i++)
        if (carriage_is_done(&link->carriages[i]))
            settle(link, &link->carriages[i]);
}

static void settle_if_done(struct sink_link *link)
{
    for (int i = 0; i < CARRIAGES; i++)
        if (carriage_is_done(&link->carriages[i]))
            (void)uv_timer_start(&link->soon, on_soon, 0, 0);
}

/* One message. A replayed record must not stand where a newer one stands. */
static int publish_message(struct sink_link *link, struct carriage *carriage,
                           const struct record *record, struct topic *topic)
{
    bool is_backlog = carriage->batch->is_backlog;
    const struct mqtt_options *options = link->options;
    unsigned qos = record->kind == RECORD_SIGNAL ? options->qos_raw : options->qos;
    bool is_twin = record->kind == RECORD_CYCLE && topic->is_retained;

    text_clear(&link->topic);
    topic_print(options->prefix, link->site.place, record, topic, &link->topic);
    text_clear(&link->payload);
    if (!topic->is_deletion)
        payload_print(record, is_backlog, &link->payload);
    if (link->topic.failed || link->payload.failed)
        return -ENOMEM;

    bool is_retained = topic->is_retained &&
                       retained_accept(&link->retained, link->topic.data, record->id);
    if (topic->is_retained && !is_retained && (is_twin || topic->is_deletion))
        return 0;

    bool expires = !is_retained && !is_backlog;
    const struct broker_message message = {
        .topic = link->topic.data,
        .payload = link->payload.data,
        .length = link->payload.length,
        .qos = (int)qos,
        .retained = is_retained,
        .content_type = topic->is_deletion ? NULL : "application/json",
        .expiry_s = expires ? options->live_expiry / NS_PER_S : 0,
        .seq = record->id,
    };
    int error =
        broker_publish(link->broker, &message, (uint64_t)(carriage - link->carriages));
    if (error)
        return error;
    carriage->flying++;
    link->health.bytes += (int64_t)message.length;
    carriage->is_unconfirmed = carriage->is_unconfirmed || qos == 0;
    return 0;
}

static int publish_next(struct sink_link *link, struct carriage *carriage)
{
    const struct record *record = carriage->batch->records[carriage->next];
    struct topic topics[TOPICS_MAX];
    size_t count = topics_of(record, topics);

    if (carriage->next_topic < count) {
        int error =
            publish_message(link, carriage, record, &topics[carriage->next_topic]);
        if (error)
            return error;
    }
    carriage_advance(carriage, count);
    return 0;
}

static void fail_publish(struct carriage *carriage, int error)
{
    static const struct broker_ruling too_large = {
        VERDICT_REFUSED, 0, "larger than the broker's maximum packet size", true};
    static const struct broker_ruling busy = {VERDICT_RETRY, 0,
                                              "out of memory for messages", false};

    carriage_rule(carriage, error == -EMSGSIZE ? too_large : busy);
}

static void fill_window(struct sink_link *link, struct carriage *carriage, unsigned spare)
{
    while (carriage->batch && !carriage_is_published(carriage) &&
           broker_room(link->broker) > spare) {
        int error = publish_next(link, carriage);
        if (error)
            fail_publish(carriage, error);
    }
}

/* Live rows first; the backlog leaves them room for those that come meanwhile. */
static void pump(struct sink_link *link)
{
    (void)desk_publish(&link->desk, link->broker, COOKIE_DESK, clock_now().wall_ns);
    fill_window(link, &link->carriages[CARRIAGE_LIVE], 0);
    fill_window(link, &link->carriages[CARRIAGE_BACKLOG], link->spare);
    settle_if_done(link);
}

static void on_up(void *owner, const struct broker_limits *limits)
{
    struct sink_link *link = owner;
    bool is_again = link->was_up || link->was_tried;
    bool may_have_forgotten = link->was_up;

    link->spare = (unsigned)limits->window / LIVE_SHARE;
    link->health.linked = true;
    link->health.since_wall_ns = clock_now().wall_ns;
    link->health.trouble[0] = '\0';
    link->health.reconnects += link->was_up;
    link->was_up = true;
    desk_restart(&link->desk);
    pump(link);
    if (is_again && link->site.reconnected)
        link->site.reconnected(link->site.owner, may_have_forgotten);
}

static void on_down(void *owner, const char *reason)
{
    struct sink_link *link = owner;

    link->was_tried = true;
    if (link->health.linked)
        link->health.since_wall_ns = clock_now().wall_ns;
    link->health.linked = false;
    (void)text_copy(link->health.trouble, sizeof(link->health.trouble), reason);
    for (int i = 0; i < CARRIAGES; i++)
        carriage_lose(&link->carriages[i], link->health.trouble);
    settle_if_done(link);
}

static void on_published(void *owner, uint64_t cookie, int code)
{
    struct sink_link *link = owner;

    if (cookie < CARRIAGES && link->carriages[cookie].flying) {
        link->carriages[cookie].flying--;
        carriage_rule(&link->carriages[cookie], broker_judge(code));
    }
    pump(link);
}

static void refuse_command(struct sink_link *link, struct command_ticket *ticket,
                           const char *refusal)
{
    char array[256];
    struct text text;
    struct writer writer;

    text_init_fixed(&text, array, sizeof(array));
    writer_init(&writer, &text);
    writer_begin_object(&writer, NULL);
    writer_flag(&writer, "ok", false);
    writer_string(&writer, "error", refusal);
    writer_end_object(&writer);
    desk_answer(&link->desk, ticket, array);
    pump(link);
}

static void on_arrival(void *owner, const struct broker_arrival *arrival)
{
    struct sink_link *link = owner;
    const char *name = command_name(arrival->topic);
    const struct desk_machine *machine = desk_find(&link->desk, arrival->topic);
    const char *refusal =
        command_refusal(arrival, link->options->command_age, clock_now().wall_ns);

    if (!name || !machine || arrival->retained || !link->site.command)
        return;
    struct command_ticket *ticket = command_ticket_create(arrival);
    if (!ticket)
        return;
    if (refusal)
        refuse_command(link, ticket, refusal);
    else
        link->site.command(link->site.owner, machine->machine, name,
                           arrival->length ? arrival->payload : "{}", ticket);
}

static void mqtt_answer(struct sink_link *link, void *ticket, const char *json)
{
    desk_answer(&link->desk, ticket, json);
    pump(link);
}

static void mqtt_presence(struct sink_link *link, const char *cell, const char *machine,
                          bool linked)
{
    (void)desk_note_machine(&link->desk, cell, machine, linked);
    pump(link);
}

static void mqtt_send(struct sink_link *link, const struct batch *batch)
{
    struct carriage *carriage =
        &link->carriages[batch->is_backlog ? CARRIAGE_BACKLOG : CARRIAGE_LIVE];

    if (carriage->batch) /* one of each is the courier's promise */
        return;
    carriage_begin(carriage, batch);
    if (!broker_is_up(link->broker))
        carriage_lose(carriage, link->health.trouble[0] ? link->health.trouble
                                                        : "not connected yet");
    pump(link);
}

static void free_link(struct sink_link *link)
{
    desk_done(&link->desk);
    text_done(&link->client_id);
    text_done(&link->status_topic);
    text_done(&link->topic);
    text_done(&link->payload);
    free(link);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct sink_link *link = handle->data;
    struct sink_site site = link->site;

    free_link(link);
    site.stopped(site.owner);
}

static void on_closed(void *owner)
{
    struct sink_link *link = owner;

    uv_close((uv_handle_t *)&link->soon, on_timer_closed);
}

static int start_broker(struct sink_link *link)
{
    const struct broker_spec spec = {
        .loop = link->site.loop,
        .name = link->site.name,
        .options = &link->options->broker,
        .client_id = link->client_id.data,
        .will_topic = link->status_topic.data,
        .will_payload = "offline",
        .will_length = strlen("offline"),
        .will_qos = 1,
        .will_retained = true,
        .says_farewell = true,
        .owner = link,
        .on_up = on_up,
        .on_down = on_down,
        .on_published = on_published,
        .on_arrival = on_arrival,
        .on_closed = on_closed,
    };

    return broker_start(&spec, &link->broker);
}

static int mqtt_start(const struct sink_site *site, const void *options,
                      struct sink_link **ret_link)
{
    struct sink_link *link = calloc(1, sizeof(*link));
    if (!link)
        return -ENOMEM;

    link->site = *site;
    link->options = options;
    text_init_heap(&link->client_id);
    text_init_heap(&link->status_topic);
    text_init_heap(&link->topic);
    text_init_heap(&link->payload);
    desk_init(&link->desk, link->options->prefix, site->place, link->options->commands);
    desk_print_status_topic(&link->desk, &link->status_topic);
    text_add(&link->payload, "");
    if (link->options->broker.client_id)
        text_add(&link->client_id, link->options->broker.client_id);
    else
        text_add_format(&link->client_id, "spindled-%s-%s", site->place->gateway,
                        site->name);
    (void)text_copy(link->health.address, sizeof(link->health.address),
                    link->options->broker.url);
    int error = link->client_id.failed || link->status_topic.failed ? -ENOMEM
                                                                    : start_broker(link);
    if (error) {
        free_link(link);
        return error;
    }
    (void)uv_timer_init(site->loop, &link->soon);
    link->soon.data = link;
    *ret_link = link;
    return 0;
}

static void mqtt_stop(struct sink_link *link)
{
    for (int i = 0; i < CARRIAGES; i++)
        link->carriages[i].batch = NULL;
    broker_stop(link->broker);
}

static void mqtt_describe(const struct sink_link *link, struct sink_health *ret_health)
{
    *ret_health = link->health;
    broker_add_complaint(link->broker, ret_health->trouble);
}

const struct sink sink_mqtt = {
    .name = "mqtt",
    .takes_both = true,
    .options = &mqtt_section,
    .start = mqtt_start,
    .send = mqtt_send,
    .stop = mqtt_stop,
    .describe = mqtt_describe,
    .answer = mqtt_answer,
    .presence = mqtt_presence,
};
