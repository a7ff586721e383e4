/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker.h"

#include "daemon/base/clock.h"
#include "daemon/base/complaint.h"
#include "daemon/base/text.h"
#include "daemon/sinks/broker_client.h"
#include "daemon/sinks/broker_reason.h"
#include "daemon/sinks/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_TIMEOUT_NS (15 * NS_PER_S)

enum {
    NEWS_MAX = 4096,
    HEADER_BYTES = 256, /* of a packet beside topic and payload, properties included */
};

struct broker {
    struct broker_spec spec;
    struct connection connection;
    struct client *client;
    struct mailbox *news;
    uv_timer_t timer;
    uint64_t generation; /* of the client that is or was last open */
    struct broker_limits limits;
    bool is_told_up;
    unsigned flying;
    bool is_flying[BROKER_WINDOW];
    uint64_t cookies[BROKER_WINDOW];
    char *will; /* payload */
    size_t will_length;
    int handles; /* that are still to be closed */
    char room[64];
    struct complaint deaf; /* a subscription was refused */
};

static void arm(struct broker *broker);
static void handle(struct broker *broker, enum connection_event event, int64_t pause_ns);

static int post(struct broker *broker, enum order_kind kind,
                const struct broker_message *message, unsigned flight)
{
    struct client_order *order = client_order_make(kind, broker->generation, message);
    if (!order)
        return -ENOMEM;
    order->flight = flight;
    return client_post(broker->client, order);
}

static void go_down(struct broker *broker, const char *reason)
{
    broker->is_told_up = false;
    broker->flying = 0;
    memset(broker->is_flying, 0, sizeof(broker->is_flying));
    broker->spec.on_down(broker->spec.owner, reason);
}

static void act(struct broker *broker, enum connection_action action)
{
    static const struct broker_message nothing = {0};
    const struct broker_message will = {
        .topic = broker->spec.will_topic,
        .payload = broker->will,
        .length = broker->will_length,
        .qos = broker->spec.will_qos,
        .retained = broker->spec.will_retained,
    };
    int error = 0;

    switch (action) {
    case CONNECTION_NOTHING:
        break;
    case CONNECTION_OPEN:
        broker->generation++;
        error = post(broker, ORDER_OPEN, &will, 0);
        break;
    case CONNECTION_CLOSE:
        error = post(broker, ORDER_CLOSE, &nothing, 0);
        break;
    case CONNECTION_LEAVE:
        error =
            post(broker, ORDER_LEAVE, broker->spec.says_farewell ? &will : &nothing, 0);
        break;
    case CONNECTION_END:
        client_close(broker->client);
        break;
    }
    if (error) /* no memory for an order: as if the connect had failed */
        handle(broker, CONNECTION_REFUSED, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct broker *broker = timer->data;
    bool was_up = broker->connection.state == CONNECTION_UP;
    bool was_opening = broker->connection.state == CONNECTION_OPENING;

    handle(broker, CONNECTION_TICK, 0);
    if (broker->connection.state != CONNECTION_CLOSING)
        return;
    if (was_up)
        go_down(broker, "nothing was acknowledged for too long; connecting again");
    else if (was_opening)
        go_down(broker, "no answer to the connect; trying again");
}

static void arm(struct broker *broker)
{
    int64_t wait_ns = broker->connection.deadline_ns;

    if (wait_ns == INT64_MAX || broker->handles == 0) {
        (void)uv_timer_stop(&broker->timer);
        return;
    }
    if (wait_ns != INT64_MIN)
        wait_ns -= clock_now().mono_ns;
    (void)uv_timer_start(&broker->timer, on_timer,
                         wait_ns > 0 ? (uint64_t)(wait_ns / NS_PER_MS + 1) : 0, 0);
}

static void handle(struct broker *broker, enum connection_event event, int64_t pause_ns)
{
    act(broker,
        connection_handle(&broker->connection, event, clock_now().mono_ns, pause_ns));
    arm(broker);
}

static void lose(struct broker *broker, const struct client_news *news,
                 enum connection_event event)
{
    const struct broker_trouble trouble = {
        .code = news->code, .words = news->words, .options = broker->spec.options};
    enum connection_state before = broker->connection.state;
    char reason[256];
    int64_t pause_ns = 0;

    if (before != CONNECTION_UP && before != CONNECTION_OPENING)
        return;
    broker_explain(&trouble, reason, &pause_ns);
    handle(broker, event, pause_ns);
    go_down(broker, reason);
}

static void on_opened(struct broker *broker, const struct client_news *news)
{
    if (broker->connection.state != CONNECTION_OPENING)
        return;
    broker->limits = news->limits;
    handle(broker, CONNECTION_OPENED, 0);
    broker->is_told_up = true;
    broker->spec.on_up(broker->spec.owner, &broker->limits);
}

static void on_published(struct broker *broker, const struct client_news *news)
{
    if (!broker->is_told_up || !broker->is_flying[news->flight])
        return;
    broker->is_flying[news->flight] = false;
    broker->flying--;
    handle(broker, CONNECTION_PROGRESS, 0);
    if (broker->flying)
        handle(broker, CONNECTION_SENT, 0);
    broker->spec.on_published(broker->spec.owner, broker->cookies[news->flight],
                              news->code);
}

static void on_arrival(struct broker *broker, const struct client_news *news)
{
    if (broker->is_told_up && broker->spec.on_arrival)
        broker->spec.on_arrival(broker->spec.owner, &news->arrival->arrival);
}

/* Records go on; only what others say is missing. */
static void on_subscribed(struct broker *broker, int code)
{
    const struct broker_trouble trouble = {
        .code = code, .words = "", .options = broker->spec.options};
    char reason[256], sentence[COMPLAINT_MAX];
    int64_t pause_ns;

    if (code == 0) {
        complaint_release(&broker->deaf, broker->room, clock_now(), "commands are heard");
        return;
    }
    broker_explain(&trouble, reason, &pause_ns);
    (void)snprintf(sentence, sizeof(sentence),
                   "commands are not heard, the subscription was refused: %.150s",
                   reason);
    complaint_raise(&broker->deaf, LOG_LEVEL_WARNING, broker->room, clock_now(),
                    sentence);
}

static void on_closed(uv_handle_t *timer)
{
    struct broker *broker = timer->data;
    struct broker_spec spec = broker->spec;

    free(broker->will);
    free(broker);
    spec.on_closed(spec.owner);
}

static void on_news_closed(void *self)
{
    struct broker *broker = self;

    uv_close((uv_handle_t *)&broker->timer, on_closed);
}

static void on_gone(struct broker *broker)
{
    client_destroy(broker->client);
    broker->client = NULL;
    broker->handles = 0;
    mailbox_close(broker->news);
}

static void on_news(void *self, const void *message)
{
    const struct client_news *news = message;
    struct broker *broker = self;
    bool is_fresh = news->generation == broker->generation;

    switch (news->kind) {
    case NEWS_OPENED:
        if (is_fresh)
            on_opened(broker, news);
        break;
    case NEWS_REFUSED:
        if (is_fresh)
            lose(broker, news, CONNECTION_REFUSED);
        break;
    case NEWS_LOST:
        if (is_fresh)
            lose(broker, news, CONNECTION_LOST);
        break;
    case NEWS_DISCONNECTED:
        if (is_fresh)
            lose(broker, news, CONNECTION_DISCONNECTED);
        break;
    case NEWS_PUBLISHED:
        if (is_fresh)
            on_published(broker, news);
        break;
    case NEWS_ARRIVAL:
        if (is_fresh)
            on_arrival(broker, news);
        free(news->arrival);
        break;
    case NEWS_SUBSCRIBED:
        if (is_fresh)
            on_subscribed(broker, news->code);
        break;
    case NEWS_CLOSED:
        handle(broker, CONNECTION_CLOSED, 0);
        break;
    case NEWS_GONE:
        on_gone(broker);
        break;
    }
}

int broker_start(const struct broker_spec *spec, struct broker **ret_broker)
{
    struct broker *broker = calloc(1, sizeof(*broker));
    const struct mailbox_spec box = {
        .message_size = sizeof(struct client_news),
        .capacity = NEWS_MAX,
        .owner = broker,
        .deliver = on_news,
        .closed = on_news_closed,
    };

    if (!broker)
        return -ENOMEM;
    broker->spec = *spec;
    (void)snprintf(broker->room, sizeof(broker->room), "sink %.50s", spec->name);
    int error = broker_set_will(broker, spec->will_payload, spec->will_length);
    if (error)
        goto fail;
    error = mailbox_create(spec->loop, &box, &broker->news);
    if (error)
        goto fail;

    const struct client_spec client = {
        .options = spec->options,
        .client_id = spec->client_id,
        .news = broker->news,
    };
    (void)uv_timer_init(spec->loop, &broker->timer);
    broker->timer.data = broker;
    broker->handles = 1;
    connection_init(&broker->connection, OPEN_TIMEOUT_NS, spec->options->ack_timeout,
                    (uint32_t)(uintptr_t)broker);
    error = client_create(&client, &broker->client);
    if (error)
        abort(); /* no thread at start: nothing could run */
    arm(broker);
    *ret_broker = broker;
    return 0;

fail:
    free(broker->will);
    free(broker);
    return error;
}

void broker_stop(struct broker *broker)
{
    broker->is_told_up = false;
    handle(broker, CONNECTION_STOP, 0);
}

bool broker_is_up(const struct broker *broker)
{
    return broker->is_told_up;
}

unsigned broker_room(const struct broker *broker)
{
    unsigned window = (unsigned)broker->limits.window;

    return broker->is_told_up && broker->flying < window ? window - broker->flying : 0;
}

int broker_publish(struct broker *broker, const struct broker_message *message,
                   uint64_t cookie)
{
    struct broker_message allowed = *message;
    unsigned flight = 0;

    if (!broker->is_told_up)
        return -ENOTCONN;
    if (broker_room(broker) == 0)
        return -EAGAIN;
    if ((int64_t)(message->length + strlen(message->topic) + HEADER_BYTES) >
        broker->limits.packet_max)
        return -EMSGSIZE;
    while (broker->is_flying[flight])
        flight++;

    allowed.qos =
        message->qos > broker->limits.qos_max ? broker->limits.qos_max : message->qos;
    allowed.retained = message->retained && broker->limits.can_retain;
    int error = post(broker, ORDER_PUBLISH, &allowed, flight);
    if (error)
        return error;
    broker->is_flying[flight] = true;
    broker->cookies[flight] = cookie;
    broker->flying++;
    handle(broker, CONNECTION_SENT, 0);
    return 0;
}

int broker_subscribe(struct broker *broker, const char *topic)
{
    const struct broker_message message = {.topic = topic};

    return broker->is_told_up ? post(broker, ORDER_SUBSCRIBE, &message, 0) : -ENOTCONN;
}

void broker_add_complaint(const struct broker *broker, char trouble[256])
{
    if (!trouble[0])
        (void)text_copy(trouble, 256, broker->deaf.last);
}

int broker_set_will(struct broker *broker, const void *payload, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        return -ENOMEM;

    if (length)
        memcpy(copy, payload, length);
    copy[length] = '\0';
    free(broker->will);
    broker->will = copy;
    broker->will_length = length;
    return 0;
}
