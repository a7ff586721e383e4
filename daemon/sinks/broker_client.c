/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker_client.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/sinks/address.h"
#include "daemon/sinks/broker_callbacks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAREWELL_NS (3 * NS_PER_S)

enum {
    CONNECT_S = 10,
    ORDERS_MAX_BYTES = 64 * 1024 * 1024,
};

static void print_uri(const struct broker_options *options, char ret_uri[256])
{
    struct address address = {0};
    struct text text;

    text_init_fixed(&text, ret_uri, 256);
    (void)address_parse(options->url, &address);
    bool encrypted = address_is_encrypted(&address);
    bool is_six = strchr(address.host, ':');
    text_add(&text, encrypted ? "ssl://" : "tcp://");
    text_add(&text, is_six ? "[" : "");
    text_add(&text, address.host);
    text_add(&text, is_six ? "]:" : ":");
    text_add(&text, address.port[0] ? address.port : (encrypted ? "8883" : "1883"));
}

static int create(struct client *client)
{
    MQTTAsync_createOptions create5 = MQTTAsync_createOptions_initializer5;
    MQTTAsync_createOptions create3 = MQTTAsync_createOptions_initializer;
    char uri[256];

    print_uri(client->spec.options, uri);
    create3.MQTTVersion = MQTTVERSION_3_1_1;
    int code = MQTTAsync_createWithOptions(
        &client->handle, uri, client->spec.client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL,
        client_is_version_5(client) ? &create5 : &create3);
    if (code != MQTTASYNC_SUCCESS)
        return code;
    return callbacks_of_handle(client);
}

static MQTTAsync_SSLOptions tls_options(struct client *client)
{
    const struct broker_options *options = client->spec.options;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;

    /* The version stays OpenSSL's default: 1.2 and 1.3, where naming 1.2 shuts 1.3 out.
     */
    tls.trustStore = options->ca_file;
    tls.keyStore = options->certificate_file;
    tls.privateKey = options->key_file;
    tls.enableServerCertAuth = !options->insecure_skip_verify;
    tls.verify = !options->insecure_skip_verify;
    tls.ssl_error_cb = callbacks_on_tls_words;
    tls.ssl_error_context = client;
    return tls;
}

static int connect_client(struct client *client, const struct broker_message *will)
{
    const struct broker_options *options = client->spec.options;
    MQTTAsync_connectOptions connect5 = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_connectOptions connect3 = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions *request =
        client_is_version_5(client) ? &connect5 : &connect3;
    MQTTAsync_willOptions last = MQTTAsync_willOptions_initializer;
    MQTTAsync_SSLOptions tls = tls_options(client);
    struct address address = {0};

    (void)address_parse(options->url, &address);
    connect3.MQTTVersion = MQTTVERSION_3_1_1;
    callbacks_of_connect(client, request);
    request->keepAliveInterval = (int)(options->keepalive / NS_PER_S);
    request->connectTimeout = CONNECT_S;
    request->automaticReconnect = 0;
    request->username = options->username;
    request->password = options->password_file ? client->secret : NULL;
    request->ssl = address_is_encrypted(&address) ? &tls : NULL;
    if (will->topic) {
        last.topicName = will->topic;
        last.payload.data = will->payload;
        last.payload.len = (int)will->length;
        last.qos = will->qos;
        last.retained = will->retained;
        request->will = &last;
    }
    return MQTTAsync_connect(client->handle, request);
}

static void open_client(struct client *client, const struct client_order *order)
{
    const char *file = client->spec.options->password_file;
    char sentence[256] = "";

    client->generation = order->generation;
    client->words[0] = '\0';
    if (file && secret_read(file, client->secret, sentence)) {
        callbacks_refuse(client, -EACCES, sentence);
        return;
    }
    int code = create(client);
    if (code == MQTTASYNC_SUCCESS)
        code = connect_client(client, &order->message);
    secret_forget(client->secret, sizeof(client->secret));
    if (code != MQTTASYNC_SUCCESS)
        callbacks_refuse(client, code, MQTTAsync_strerror(code));
}

static void add_property(MQTTProperties *properties, enum MQTTPropertyCodes code,
                         const void *bytes, size_t length)
{
    MQTTProperty property = {.identifier = code};

    if (!bytes)
        return;
    property.value.data.data = (char *)bytes;
    property.value.data.len = (int)length;
    (void)MQTTProperties_add(properties, &property);
}

static void add_properties(const struct broker_message *message,
                           MQTTProperties *properties)
{
    char digits[24];

    if (message->content_type)
        add_property(properties, MQTTPROPERTY_CODE_CONTENT_TYPE, message->content_type,
                     strlen(message->content_type));
    if (message->correlation_length)
        add_property(properties, MQTTPROPERTY_CODE_CORRELATION_DATA, message->correlation,
                     message->correlation_length);
    if (message->expiry_s) {
        MQTTProperty expiry = {.identifier = MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL,
                               .value.integer4 = (unsigned)message->expiry_s};
        (void)MQTTProperties_add(properties, &expiry);
    }
    if (message->seq) {
        MQTTProperty seq = {.identifier = MQTTPROPERTY_CODE_USER_PROPERTY};
        seq.value.data = (MQTTLenString){.data = (char *)"seq", .len = 3};
        seq.value.value.data = digits;
        seq.value.value.len =
            snprintf(digits, sizeof(digits), "%lld", (long long)message->seq);
        (void)MQTTProperties_add(properties, &seq);
    }
}

static void publish(struct client *client, const struct client_order *order)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    MQTTAsync_message message = MQTTAsync_message_initializer;
    struct flight *flight = &client->flights[order->flight];

    message.payload = (void *)order->message.payload;
    message.payloadlen = (int)order->message.length;
    message.qos = order->message.qos;
    message.retained = order->message.retained;
    callbacks_of_publish(flight, &response);
    if (client_is_version_5(client))
        add_properties(&order->message, &message.properties);
    int code =
        MQTTAsync_sendMessage(client->handle, order->message.topic, &message, &response);
    MQTTProperties_free(&message.properties);
    if (code != MQTTASYNC_SUCCESS)
        callbacks_tell_published(flight, code < 0 ? code : -1);
}

static void subscribe(struct client *client, const char *topic)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;

    callbacks_of_subscribe(client, &response);
    int code = MQTTAsync_subscribe(client->handle, topic, 1, &response);
    if (code != MQTTASYNC_SUCCESS)
        callbacks_tell_subscribed(client, code);
}

static void explain(struct client *client, const struct client_order *order)
{
    const struct broker_options *options = client->spec.options;
    const struct trust_question question = {
        .url = options->url,
        .ca_file = options->ca_file,
        .certificate_file = options->certificate_file,
        .key_file = options->key_file,
        .insecure = options->insecure_skip_verify,
    };
    char words[TRUST_WORDS_MAX];

    if (trust_probe(&question, words)) {
        uv_mutex_lock(&client->lock);
        (void)text_copy(client->words, sizeof(client->words), words);
        uv_mutex_unlock(&client->lock);
    }
    callbacks_refuse(client, order->code, order->message.topic);
}

/* A clean end makes the broker forget the will, so we say it ourselves. */
static void leave(struct client *client, const struct broker_message *farewell)
{
    MQTTAsync_disconnectOptions part3 = MQTTAsync_disconnectOptions_initializer;
    MQTTAsync_disconnectOptions part5 = MQTTAsync_disconnectOptions_initializer5;
    MQTTAsync_disconnectOptions *request = client_is_version_5(client) ? &part5 : &part3;

    if (farewell->topic)
        (void)MQTTAsync_send(client->handle, farewell->topic, (int)farewell->length,
                             farewell->payload, farewell->qos, farewell->retained, NULL);
    client->is_parted = false;
    callbacks_of_disconnect(client, request);
    request->timeout = (int)(FAREWELL_NS / 2 / NS_PER_MS);
    if (MQTTAsync_disconnect(client->handle, request) != MQTTASYNC_SUCCESS)
        return;

    uv_mutex_lock(&client->lock);
    int timed_out = 0;
    while (!client->is_parted && !timed_out)
        timed_out =
            uv_cond_timedwait(&client->parted_news, &client->lock, (uint64_t)FAREWELL_NS);
    uv_mutex_unlock(&client->lock);
}

static void perform(struct client *client, const struct client_order *order)
{
    struct client_news closed = {.kind = NEWS_CLOSED};

    switch (order->kind) {
    case ORDER_OPEN:
        open_client(client, order);
        break;
    case ORDER_PUBLISH:
        if (client->handle && order->generation == client->generation)
            publish(client, order);
        break;
    case ORDER_SUBSCRIBE:
        if (client->handle && order->generation == client->generation)
            subscribe(client, order->message.topic);
        break;
    case ORDER_EXPLAIN:
        if (client->handle && order->generation == client->generation)
            explain(client, order);
        break;
    case ORDER_LEAVE:
        leave(client, &order->message);
        __attribute__((fallthrough));
    case ORDER_CLOSE:
        MQTTAsync_destroy(&client->handle);
        client->handle = NULL;
        callbacks_post(client, &closed);
        break;
    }
}

static void prepare_tls(void)
{
    MQTTAsync_init_options options = MQTTAsync_init_options_initializer;

    options.do_openssl_init = 1;
    MQTTAsync_global_init(&options);
}

static void run(void *self)
{
    static uv_once_t once = UV_ONCE_INIT;
    struct client *client = self;
    struct client_news gone = {.kind = NEWS_GONE};
    bool is_closed = false;

    uv_once(&once, prepare_tls);
    while (!is_closed) {
        struct inbox_item *item = inbox_take(&client->inbox, NS_PER_HOUR, &is_closed);
        if (item)
            perform(client, (struct client_order *)item);
        free(item);
    }
    callbacks_post(client, &gone);
}

int client_create(const struct client_spec *spec, struct client **ret_client)
{
    struct client *client = calloc(1, sizeof(*client));
    int error;

    if (!client)
        return -ENOMEM;
    client->spec = *spec;
    for (unsigned i = 0; i < BROKER_WINDOW; i++)
        client->flights[i] = (struct flight){.client = client, .number = i};
    error = inbox_init(&client->inbox);
    if (error)
        goto fail;
    error = uv_mutex_init(&client->lock);
    if (error)
        goto fail_inbox;
    error = uv_cond_init(&client->parted_news);
    if (error)
        goto fail_lock;
    error = uv_thread_create(&client->thread, run, client);
    if (error)
        goto fail_news;
    *ret_client = client;
    return 0;

fail_news:
    uv_cond_destroy(&client->parted_news);
fail_lock:
    uv_mutex_destroy(&client->lock);
fail_inbox:
    inbox_done(&client->inbox);
fail:
    free(client);
    return error;
}

static size_t size_of(const char *string)
{
    return string ? strlen(string) + 1 : 0;
}

static const void *append(char **end, const void *bytes, size_t length)
{
    char *start = *end;

    if (!bytes)
        return NULL;
    memcpy(start, bytes, length);
    *end += length;
    return start;
}

struct client_order *client_order_make(enum order_kind kind, uint64_t generation,
                                       const struct broker_message *message)
{
    size_t size = sizeof(struct client_order) + size_of(message->topic) +
                  message->length + size_of(message->content_type) +
                  message->correlation_length;
    struct client_order *order = malloc(size);
    if (!order)
        return NULL;

    char *end = (char *)(order + 1);
    *order = (struct client_order){
        .item.size = size,
        .kind = kind,
        .generation = generation,
        .message = *message,
    };
    order->message.topic = append(&end, message->topic, size_of(message->topic));
    order->message.payload = append(&end, message->payload, message->length);
    order->message.content_type =
        append(&end, message->content_type, size_of(message->content_type));
    order->message.correlation =
        append(&end, message->correlation, message->correlation_length);
    return order;
}

int client_post(struct client *client, struct client_order *order)
{
    int error = inbox_put(&client->inbox, &order->item, ORDERS_MAX_BYTES);

    if (error)
        free(order);
    return error;
}

void client_close(struct client *client)
{
    inbox_close(&client->inbox);
}

void client_destroy(struct client *client)
{
    (void)uv_thread_join(&client->thread);
    uv_cond_destroy(&client->parted_news);
    uv_mutex_destroy(&client->lock);
    inbox_done(&client->inbox);
    free(client);
}
