/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/message.h"

#include "daemon/model/sample.h"

#include <errno.h>
#include <sparkplug_b.pb-c.h>
#include <stdlib.h>
#include <string.h>

struct message {
    Sparkplug__Payload payload;
    int64_t wall_ns;
    size_t capacity;
};

static uint64_t milliseconds(int64_t wall_ns)
{
    return wall_ns > 0 ? (uint64_t)(wall_ns / NS_PER_MS) : 0;
}

int message_create(int64_t wall_ns, struct message **ret_message)
{
    struct message *message = calloc(1, sizeof(*message));
    if (!message)
        return -ENOMEM;

    sparkplug__payload__init(&message->payload);
    message->wall_ns = wall_ns;
    message->payload.has_timestamp = 1;
    message->payload.timestamp = milliseconds(wall_ns);
    *ret_message = message;
    return 0;
}

/* Each metric has one property at most; its key and value are one block. */
struct property {
    Sparkplug__PropertySet set;
    Sparkplug__PropertyValue value;
    Sparkplug__PropertyValue *values[1];
    char *keys[1];
};

static struct property *add_property(Sparkplug__Metric *metric, const char *key,
                                     enum metric_type type)
{
    struct property *property = calloc(1, sizeof(*property));
    if (!property)
        return NULL;

    sparkplug__property_set__init(&property->set);
    sparkplug__property_value__init(&property->value);
    property->value.has_type = 1;
    property->value.type = type;
    property->values[0] = &property->value;
    property->keys[0] = (char *)key;
    property->set.n_values = property->set.n_keys = 1;
    property->set.values = property->values;
    property->set.keys = property->keys;
    metric->properties = &property->set; /* the first member, so freed with it */
    return property;
}

static int add_unit(Sparkplug__Metric *metric, const char *unit)
{
    if (!unit[0])
        return 0;
    struct property *property = add_property(metric, "engUnit", METRIC_STRING);
    if (!property)
        return -ENOMEM;
    property->value.value_case = SPARKPLUG__PROPERTY_VALUE__VALUE_STRING_VALUE;
    property->value.string_value = (char *)unit;
    return 0;
}

/* A value without it is good. */
static int add_quality(Sparkplug__Metric *metric, int quality)
{
    if (quality < 0 || quality == QUALITY_GOOD)
        return 0;
    struct property *property = add_property(metric, "Quality", METRIC_INT32);
    if (!property)
        return -ENOMEM;
    property->value.value_case = SPARKPLUG__PROPERTY_VALUE__VALUE_INT_VALUE;
    property->value.int_value = (uint32_t)quality;
    return 0;
}

void message_destroy(struct message *message)
{
    if (!message)
        return;
    for (size_t i = 0; i < message->payload.n_metrics; i++) {
        Sparkplug__Metric *metric = message->payload.metrics[i];
        free(metric->name);
        if (metric->value_case == SPARKPLUG__METRIC__VALUE_STRING_VALUE)
            free(metric->string_value);
        free(metric->properties);
        free(metric);
    }
    free(message->payload.metrics);
    free(message);
}

void message_set_seq(struct message *message, unsigned seq)
{
    message->payload.has_seq = 1;
    message->payload.seq = seq;
}

static Sparkplug__Metric *add(struct message *message, enum metric_type type,
                              int64_t wall_ns)
{
    Sparkplug__Payload *payload = &message->payload;

    if (payload->n_metrics == message->capacity) {
        size_t capacity = message->capacity ? 2 * message->capacity : 64;
        Sparkplug__Metric **metrics =
            reallocarray(payload->metrics, capacity, sizeof(*metrics));
        if (!metrics)
            return NULL;
        payload->metrics = metrics;
        message->capacity = capacity;
    }
    Sparkplug__Metric *metric = malloc(sizeof(*metric));
    if (!metric)
        return NULL;
    sparkplug__metric__init(metric);
    metric->has_timestamp = 1;
    metric->timestamp = milliseconds(wall_ns);
    metric->has_datatype = 1;
    metric->datatype = type;
    payload->metrics[payload->n_metrics++] = metric;
    return metric;
}

static int name_metric(Sparkplug__Metric *metric, const char *name)
{
    metric->name = strdup(name);
    return metric->name ? 0 : -ENOMEM;
}

int message_add_integer(struct message *message, const char *name, int64_t value)
{
    Sparkplug__Metric *metric = add(message, METRIC_INT64, message->wall_ns);
    if (!metric)
        return -ENOMEM;
    metric->value_case = SPARKPLUG__METRIC__VALUE_LONG_VALUE;
    metric->long_value = (uint64_t)value;
    return name_metric(metric, name);
}

int message_add_flag(struct message *message, const char *name, bool value)
{
    Sparkplug__Metric *metric = add(message, METRIC_BOOLEAN, message->wall_ns);
    if (!metric)
        return -ENOMEM;
    metric->value_case = SPARKPLUG__METRIC__VALUE_BOOLEAN_VALUE;
    metric->boolean_value = value;
    return name_metric(metric, name);
}

static void set_null(Sparkplug__Metric *metric)
{
    metric->has_is_null = 1;
    metric->is_null = 1;
}

static void set_alias(Sparkplug__Metric *metric, uint64_t alias)
{
    metric->has_alias = 1;
    metric->alias = alias;
}

int message_add_birth(struct message *message, const struct metric *metric,
                      uint64_t alias)
{
    Sparkplug__Metric *born = add(message, metric->type, message->wall_ns);
    if (!born)
        return -ENOMEM;
    set_alias(born, alias);
    set_null(born);
    int error = add_unit(born, metric->unit);
    return error ? error : name_metric(born, metric->name);
}

static int set_value(Sparkplug__Metric *metric, enum metric_type type,
                     const struct metric_value *value)
{
    switch (type) {
    case METRIC_INT32: /* only of properties */
    case METRIC_INT64:
    case METRIC_UINT64:
        metric->value_case = SPARKPLUG__METRIC__VALUE_LONG_VALUE;
        metric->long_value = (uint64_t)value->integer;
        break;
    case METRIC_DOUBLE:
        metric->value_case = SPARKPLUG__METRIC__VALUE_DOUBLE_VALUE;
        metric->double_value = value->number;
        break;
    case METRIC_BOOLEAN:
        metric->value_case = SPARKPLUG__METRIC__VALUE_BOOLEAN_VALUE;
        metric->boolean_value = value->integer != 0;
        break;
    case METRIC_STRING:
        metric->string_value = strdup(value->text);
        if (!metric->string_value)
            return -ENOMEM;
        metric->value_case = SPARKPLUG__METRIC__VALUE_STRING_VALUE;
        break;
    }
    return 0;
}

int message_add_value(struct message *message, enum metric_type type, uint64_t alias,
                      const struct metric_value *value, bool is_historical)
{
    Sparkplug__Metric *metric = add(message, type, value->wall_ns);
    if (!metric)
        return -ENOMEM;
    set_alias(metric, alias);
    if (is_historical) {
        metric->has_is_historical = 1;
        metric->is_historical = 1;
    }
    if (add_quality(metric, value->quality))
        return -ENOMEM;
    if (!value->is_known) {
        set_null(metric);
        return 0;
    }
    return set_value(metric, type, value);
}

size_t message_count(const struct message *message)
{
    return message->payload.n_metrics;
}

void *message_pack(const struct message *message, size_t *ret_length)
{
    size_t length = sparkplug__payload__get_packed_size(&message->payload);
    uint8_t *bytes = malloc(length ? length : 1);

    if (bytes)
        *ret_length = sparkplug__payload__pack(&message->payload, bytes);
    return bytes;
}

bool message_wants_rebirth(const void *bytes, size_t length)
{
    Sparkplug__Payload *payload = sparkplug__payload__unpack(NULL, length, bytes);
    bool wants = false;

    for (size_t i = 0; payload && i < payload->n_metrics; i++) {
        const Sparkplug__Metric *metric = payload->metrics[i];
        wants =
            wants || (metric->name && strcmp(metric->name, "Node Control/Rebirth") == 0 &&
                      metric->value_case == SPARKPLUG__METRIC__VALUE_BOOLEAN_VALUE &&
                      metric->boolean_value);
    }
    if (payload)
        sparkplug__payload__free_unpacked(payload, NULL);
    return wants;
}
