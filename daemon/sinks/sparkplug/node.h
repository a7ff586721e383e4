/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge node and its devices: who is born, under which aliases, and what comes next.
 * Makes messages; sparkplug.c sends them. Allocates; otherwise pure.
 */
#pragma once

#include "daemon/sinks/sparkplug/message.h"

struct device {
    char machine[RECORD_NAME_MAX];
    struct metrics metrics;
    uint64_t first_alias;
    bool is_born, is_dying; /* dying, also once it is dead: its machine is away */
};

struct node {
    struct device **devices;
    size_t count;
    bool is_born;
    unsigned seq; /* of the next message, 0 to 255 */
    int64_t bd_seq;
};

void node_done(struct node *node);

/* The connection is lost, or a host asks: everything must be born again. */
void node_forget(struct node *node);

/* Known or new; NULL without memory. */
struct device *node_device(struct node *node, const char *machine);

/* The first that must be born, or buried when it is born; NULL when there is none. */
struct device *node_due(const struct node *node);

/* Each gives the bytes, to be freed, or NULL without memory. */
void *node_birth(struct node *node, int64_t now_ns, size_t *ret_length);
void *node_death(const struct node *node, int64_t now_ns, size_t *ret_length);
void *device_birth(struct node *node, struct device *device, int64_t now_ns,
                   size_t *ret_length);
void *device_death(struct node *node, struct device *device, int64_t now_ns,
                   size_t *ret_length);

struct node_data {
    void *bytes; /* to be freed; NULL: the device must be born first, or nothing to say */
    size_t length;
    bool needs_birth;
};

/* One DDATA. Returns 0, -ENOMEM or -EINVAL. */
int device_data(struct node *node, struct device *device, const struct record *record,
                bool is_historical, struct node_data *ret_data);

/* The message was not sent after all: its number is free again. */
void node_unsent(struct node *node);
