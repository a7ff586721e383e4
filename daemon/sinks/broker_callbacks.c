/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker_callbacks.h"

#include "daemon/base/text.h"
#include "daemon/sinks/address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARRIVAL_MAX = 64 * 1024,
};

void callbacks_post(struct client *client, struct client_news *news)
{
    news->generation = client->generation;
    (void)mailbox_post(client->spec.news, news);
}

bool client_is_version_5(const struct client *client)
{
    return client->spec.options->protocol == BROKER_PROTOCOL_5;
}

static void read_limits(MQTTProperties *properties, struct broker_limits *limits)
{
    int window =
        MQTTProperties_getNumericValue(properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM);
    int packet =
        MQTTProperties_getNumericValue(properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE);
    int qos = MQTTProperties_getNumericValue(properties, MQTTPROPERTY_CODE_MAXIMUM_QOS);
    int retain =
        MQTTProperties_getNumericValue(properties, MQTTPROPERTY_CODE_RETAIN_AVAILABLE);

    if (window > 0 && window < limits->window)
        limits->window = window;
    if (packet > 0)
        limits->packet_max = packet;
    if (qos == 0 || qos == 1)
        limits->qos_max = qos;
    limits->can_retain = retain != 0;
}

static const struct broker_limits no_limits = {
    .window = BROKER_WINDOW, .packet_max = INT64_MAX, .qos_max = 2, .can_retain = true};

static void on_opened(void *self, MQTTAsync_successData *data)
{
    struct client_news news = {.kind = NEWS_OPENED, .limits = no_limits};

    (void)data;
    callbacks_post(self, &news);
}

static void on_opened5(void *self, MQTTAsync_successData5 *data)
{
    struct client_news news = {.kind = NEWS_OPENED, .limits = no_limits};

    read_limits(&data->properties, &news.limits);
    callbacks_post(self, &news);
}

void callbacks_refuse(struct client *client, int code, const char *message)
{
    struct client_news news = {.kind = NEWS_REFUSED, .code = code};

    uv_mutex_lock(&client->lock);
    if (client->words[0])
        message = client->words;
    (void)text_copy(news.words, sizeof(news.words), message ? message : "");
    uv_mutex_unlock(&client->lock);
    callbacks_post(client, &news);
}

/* What TLS has against it takes a connection of its own, which is not paho's thread's. */
static void refuse(struct client *client, int code, const char *message)
{
    const struct broker_message words = {.topic = message ? message : ""};
    struct address address = {0};

    (void)address_parse(client->spec.options->url, &address);
    struct client_order *order =
        code < 0 && address_is_encrypted(&address)
            ? client_order_make(ORDER_EXPLAIN, client->generation, &words)
            : NULL;
    if (order)
        order->code = code;
    if (!order || client_post(client, order))
        callbacks_refuse(client, code, message);
}

static void on_refused(void *self, MQTTAsync_failureData *data)
{
    refuse(self, data ? data->code : 0, data ? data->message : NULL);
}

static void on_refused5(void *self, MQTTAsync_failureData5 *data)
{
    int code = data ? data->code : 0;

    if (data && data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR)
        code = (int)data->reasonCode;
    refuse(self, code, data ? data->message : NULL);
}

static void on_lost(void *self, char *cause)
{
    struct client_news news = {.kind = NEWS_LOST};

    (void)text_copy(news.words, sizeof(news.words), cause ? cause : "");
    callbacks_post(self, &news);
}

static void on_disconnected(void *self, MQTTProperties *properties,
                            enum MQTTReasonCodes code)
{
    struct client_news news = {.kind = NEWS_DISCONNECTED, .code = (int)code};

    (void)properties;
    callbacks_post(self, &news);
}

void callbacks_tell_published(const struct flight *flight, int code)
{
    struct client_news news = {
        .kind = NEWS_PUBLISHED, .flight = flight->number, .code = code};

    callbacks_post(flight->client, &news);
}

static void on_published(void *self, MQTTAsync_successData *data)
{
    (void)data;
    callbacks_tell_published(self, 0);
}

static void on_published5(void *self, MQTTAsync_successData5 *data)
{
    callbacks_tell_published(self, data ? (int)data->reasonCode : 0);
}

static void on_unpublished(void *self, MQTTAsync_failureData *data)
{
    callbacks_tell_published(self, data && data->code ? data->code : -1);
}

static int code_of(const MQTTAsync_failureData5 *data)
{
    if (data && data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR)
        return (int)data->reasonCode;
    return data && data->code ? data->code : -1;
}

static void on_unpublished5(void *self, MQTTAsync_failureData5 *data)
{
    callbacks_tell_published(self, code_of(data));
}

void callbacks_tell_subscribed(struct client *client, int code)
{
    struct client_news news = {.kind = NEWS_SUBSCRIBED, .code = code};

    callbacks_post(client, &news);
}

static void on_subscribed(void *self, MQTTAsync_successData *data)
{
    (void)data;
    callbacks_tell_subscribed(self, 0);
}

static void on_subscribed5(void *self, MQTTAsync_successData5 *data)
{
    (void)data;
    callbacks_tell_subscribed(self, 0);
}

static void on_unsubscribed(void *self, MQTTAsync_failureData *data)
{
    callbacks_tell_subscribed(self, data && data->code ? data->code : -1);
}

static void on_unsubscribed5(void *self, MQTTAsync_failureData5 *data)
{
    callbacks_tell_subscribed(self, code_of(data));
}

int callbacks_on_tls_words(const char *words, size_t length, void *self)
{
    struct client *client = self;
    struct text text;

    uv_mutex_lock(&client->lock);
    text_init_fixed(&text, client->words, sizeof(client->words));
    for (size_t i = 0; i < length && words[i] && words[i] != '\n'; i++)
        text_add_char(&text, words[i]);
    uv_mutex_unlock(&client->lock);
    return 1;
}

/* Behind the struct: topic, payload, response topic and correlation, each terminated. */
static char *append(char **end, const void *bytes, size_t length)
{
    char *start = *end;

    if (length)
        memcpy(start, bytes, length);
    start[length] = '\0';
    *end += length + 1;
    return start;
}

static MQTTLenString read_property(MQTTProperties *properties,
                                   enum MQTTPropertyCodes code)
{
    MQTTProperty *property = MQTTProperties_getProperty(properties, code);

    return property ? property->value.data : (MQTTLenString){.len = 0};
}

static int on_arrived(void *self, char *topic, int topic_length,
                      MQTTAsync_message *message)
{
    struct client *client = self;
    size_t length = (size_t)message->payloadlen;
    size_t name = topic_length ? (size_t)topic_length : strlen(topic);
    MQTTLenString response =
        read_property(&message->properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
    MQTTLenString correlation =
        read_property(&message->properties, MQTTPROPERTY_CODE_CORRELATION_DATA);
    struct client_arrival *copy = NULL;

    if (length <= ARRIVAL_MAX)
        copy = malloc(sizeof(*copy) + name + length + (size_t)response.len +
                      (size_t)correlation.len + 4);
    if (copy) {
        char *end = copy->bytes;
        copy->arrival = (struct broker_arrival){
            .topic = append(&end, topic, name),
            .payload = append(&end, message->payload, length),
            .length = length,
            .retained = message->retained,
            .repeated = message->dup,
            .response_topic = append(&end, response.data, (size_t)response.len),
            .correlation = append(&end, correlation.data, (size_t)correlation.len),
            .correlation_length = (size_t)correlation.len,
        };
        struct client_news news = {.kind = NEWS_ARRIVAL, .arrival = copy};
        news.generation = client->generation;
        if (mailbox_post(client->spec.news, &news) == -ENOBUFS)
            free(copy);
    }
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void part(struct client *client)
{
    uv_mutex_lock(&client->lock);
    client->is_parted = true;
    uv_cond_signal(&client->parted_news);
    uv_mutex_unlock(&client->lock);
}

static void on_parted(void *self, MQTTAsync_successData *data)
{
    (void)data;
    part(self);
}

static void on_not_parted(void *self, MQTTAsync_failureData *data)
{
    (void)data;
    part(self);
}

static void on_parted5(void *self, MQTTAsync_successData5 *data)
{
    (void)data;
    part(self);
}

static void on_not_parted5(void *self, MQTTAsync_failureData5 *data)
{
    (void)data;
    part(self);
}

void callbacks_of_connect(struct client *client, MQTTAsync_connectOptions *request)
{
    request->context = client;
    if (client_is_version_5(client)) {
        request->onSuccess5 = on_opened5;
        request->onFailure5 = on_refused5;
    } else {
        request->onSuccess = on_opened;
        request->onFailure = on_refused;
    }
}

void callbacks_of_publish(struct flight *flight, MQTTAsync_responseOptions *response)
{
    response->context = flight;
    if (client_is_version_5(flight->client)) {
        response->onSuccess5 = on_published5;
        response->onFailure5 = on_unpublished5;
    } else {
        response->onSuccess = on_published;
        response->onFailure = on_unpublished;
    }
}

void callbacks_of_subscribe(struct client *client, MQTTAsync_responseOptions *response)
{
    response->context = client;
    if (client_is_version_5(client)) {
        response->onSuccess5 = on_subscribed5;
        response->onFailure5 = on_unsubscribed5;
    } else {
        response->onSuccess = on_subscribed;
        response->onFailure = on_unsubscribed;
    }
}

void callbacks_of_disconnect(struct client *client, MQTTAsync_disconnectOptions *request)
{
    request->context = client;
    if (client_is_version_5(client)) {
        request->onSuccess5 = on_parted5;
        request->onFailure5 = on_not_parted5;
    } else {
        request->onSuccess = on_parted;
        request->onFailure = on_not_parted;
    }
}

int callbacks_of_handle(struct client *client)
{
    int code = MQTTAsync_setCallbacks(client->handle, client, on_lost, on_arrived, NULL);

    if (code == MQTTASYNC_SUCCESS && client_is_version_5(client))
        code = MQTTAsync_setDisconnected(client->handle, client, on_disconnected);
    return code;
}
