/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/command.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *judge_time(json_t *root, int64_t age_ns, int64_t now_ns)
{
    const char *time = json_string_value(json_object_get(root, "t"));
    int64_t wall_ns;

    if (!time)
        return NULL;
    if (moment_parse(time, &wall_ns) < 0)
        return "its t is no time";
    if (now_ns - wall_ns > age_ns || wall_ns - now_ns > age_ns)
        return "it is too old, or clocks differ";
    return NULL;
}

const char *command_refusal(const struct broker_arrival *arrival, int64_t age_ns,
                            int64_t now_ns)
{
    if (arrival->retained)
        return "it was retained: nobody says it now";
    if (arrival->repeated)
        return "the broker repeats it";
    if (arrival->length == 0)
        return NULL;

    json_t *root = json_loadb(arrival->payload, arrival->length, 0, NULL);
    const char *refusal = json_is_object(root) ? judge_time(root, age_ns, now_ns)
                                               : "it is not a JSON object";
    json_decref(root);
    return refusal;
}

const char *command_name(const char *topic)
{
    const char *mark = strstr(topic, "/cmd/");
    const char *name = mark ? mark + strlen("/cmd/") : NULL;

    return name && *name && !strchr(name, '/') ? name : NULL;
}

struct command_ticket *command_ticket_create(const struct broker_arrival *arrival)
{
    struct command_ticket *ticket = calloc(1, sizeof(*ticket));
    struct text topic;

    if (!ticket)
        return NULL;
    text_init_heap(&topic);
    if (arrival->response_topic[0]) {
        text_add(&topic, arrival->response_topic);
    } else {
        text_add(&topic, arrival->topic);
        text_add(&topic, "/answer");
    }
    ticket->topic = topic.data;
    ticket->correlation = malloc(arrival->correlation_length + 1);
    ticket->correlation_length = arrival->correlation_length;
    if (topic.failed || !ticket->correlation) {
        command_ticket_destroy(ticket);
        return NULL;
    }
    if (arrival->correlation_length)
        memcpy(ticket->correlation, arrival->correlation, arrival->correlation_length);
    return ticket;
}

void command_ticket_destroy(struct command_ticket *ticket)
{
    if (!ticket)
        return;
    free(ticket->topic);
    free(ticket->correlation);
    free(ticket);
}
