/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEQ_COUNT = 256,
};

void node_done(struct node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        metrics_done(&node->devices[i]->metrics);
        free(node->devices[i]);
    }
    free(node->devices);
    *node = (struct node){0};
}

void node_forget(struct node *node)
{
    node->is_born = false;
    for (size_t i = 0; i < node->count; i++)
        node->devices[i]->is_born = false;
}

struct device *node_device(struct node *node, const char *machine)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->devices[i]->machine, machine) == 0)
            return node->devices[i];

    struct device **devices =
        reallocarray(node->devices, node->count + 1, sizeof(struct device *));
    if (!devices)
        return NULL;
    node->devices = devices;

    struct device *device = calloc(1, sizeof(*device));
    if (!device)
        return NULL;
    if (metrics_init(&device->metrics)) {
        metrics_done(&device->metrics);
        free(device);
        return NULL;
    }
    (void)text_copy(device->machine, sizeof(device->machine), machine);
    device->first_alias = 1 + node->count * METRICS_MAX;
    node->devices[node->count++] = device;
    return device;
}

static unsigned take_seq(struct node *node)
{
    unsigned seq = node->seq;

    node->seq = (seq + 1) % SEQ_COUNT;
    return seq;
}

void node_unsent(struct node *node)
{
    node->seq = (node->seq + SEQ_COUNT - 1) % SEQ_COUNT;
}

/* Ends the message, whatever became of it. */
static void *finish(struct message *message, int error, size_t *ret_length)
{
    void *bytes = error ? NULL : message_pack(message, ret_length);

    message_destroy(message);
    return bytes;
}

struct device *node_due(const struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (node->devices[i]->is_dying == node->devices[i]->is_born)
            return node->devices[i];
    return NULL;
}

void *node_birth(struct node *node, int64_t now_ns, size_t *ret_length)
{
    struct message *message;

    if (message_create(now_ns, &message))
        return NULL;
    node->seq = 0; /* tck-id-payloads-nbirth-seq */
    message_set_seq(message, take_seq(node));
    int error = message_add_integer(message, "bdSeq", node->bd_seq);
    if (!error)
        error = message_add_flag(message, "Node Control/Rebirth", false);
    return finish(message, error, ret_length);
}

void *node_death(const struct node *node, int64_t now_ns, size_t *ret_length)
{
    struct message *message;

    if (message_create(now_ns, &message))
        return NULL;
    int error = message_add_integer(message, "bdSeq", node->bd_seq);
    return finish(message, error, ret_length);
}

void *device_birth(struct node *node, struct device *device, int64_t now_ns,
                   size_t *ret_length)
{
    struct message *message;
    int error = 0;

    if (message_create(now_ns, &message))
        return NULL;
    message_set_seq(message, take_seq(node));
    for (size_t i = 0; !error && i < device->metrics.count; i++)
        error = message_add_birth(message, &device->metrics.items[i],
                                  device->first_alias + i);
    return finish(message, error, ret_length);
}

void *device_death(struct node *node, struct device *device, int64_t now_ns,
                   size_t *ret_length)
{
    struct message *message;

    (void)device;
    if (message_create(now_ns, &message))
        return NULL;
    message_set_seq(message, take_seq(node));
    return finish(message, 0, ret_length);
}

struct filling {
    struct device *device;
    struct message *message;
    bool is_historical;
    int error;
};

static void on_value(void *owner, const struct metric_value *value)
{
    struct filling *filling = owner;

    if (!filling->error)
        filling->error = message_add_value(
            filling->message, filling->device->metrics.items[value->index].type,
            filling->device->first_alias + value->index, value, filling->is_historical);
}

int device_data(struct node *node, struct device *device, const struct record *record,
                bool is_historical, struct node_data *ret_data)
{
    struct filling filling = {.device = device, .is_historical = is_historical};

    *ret_data = (struct node_data){0};
    if (message_create(record->wall_ns, &filling.message))
        return -ENOMEM;
    int error = metrics_read(&device->metrics, record, &filling, on_value,
                             &ret_data->needs_birth);
    error = error ? error : filling.error;
    ret_data->needs_birth = ret_data->needs_birth || !device->is_born;
    if (error || ret_data->needs_birth || message_count(filling.message) == 0) {
        message_destroy(filling.message);
        return error;
    }
    message_set_seq(filling.message, take_seq(node));
    ret_data->bytes = finish(filling.message, 0, &ret_data->length);
    return ret_data->bytes ? 0 : -ENOMEM;
}
