/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that arrive as …/{cell}/{machine}/cmd/{name}. Pure but for the ticket's
 * memory.
 */
#pragma once

#include "daemon/sinks/broker.h"

/* Where the answer goes, kept until it is given. */
struct command_ticket {
    char *topic;
    void *correlation;
    size_t correlation_length;
};

/*
 * Is this to be carried out? Not when it is retained, repeated by the broker, not JSON,
 * or says a `t` more than `age_ns` before or after `now_ns`. NULL, or why not.
 */
const char *command_refusal(const struct broker_arrival *arrival, int64_t age_ns,
                            int64_t now_ns);

/* The name after /cmd/, or NULL: then it is not a command. */
const char *command_name(const char *topic);

/* The response topic, else the command's own topic with /answer. NULL without memory. */
struct command_ticket *command_ticket_create(const struct broker_arrival *arrival);
void command_ticket_destroy(struct command_ticket *ticket);
