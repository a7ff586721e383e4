/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/desk.h"

#include "daemon/base/json.h"
#include "daemon/sinks/mqtt/topic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOPIC_MAX = 1024,
};

void desk_init(struct desk *desk, const char *prefix, const struct place *place,
               bool takes_commands)
{
    *desk =
        (struct desk){.prefix = prefix, .place = place, .takes_commands = takes_commands};
}

static void drop_answer(struct desk *desk)
{
    command_ticket_destroy(desk->answers[0].ticket);
    free(desk->answers[0].json);
    desk->answer_count--;
    memmove(desk->answers, desk->answers + 1,
            desk->answer_count * sizeof(*desk->answers));
}

void desk_done(struct desk *desk)
{
    while (desk->answer_count)
        drop_answer(desk);
    free(desk->machines);
    *desk = (struct desk){0};
}

void desk_restart(struct desk *desk)
{
    desk->is_online_told = false;
    for (size_t i = 0; i < desk->machine_count; i++) {
        desk->machines[i].is_told = false;
        desk->machines[i].is_heard = false;
    }
}

int desk_note_machine(struct desk *desk, const char *cell, const char *machine,
                      bool linked)
{
    struct desk_machine *known = desk->machines;
    struct desk_machine *end = desk->machines + desk->machine_count;

    while (known < end &&
           (strcmp(known->cell, cell) != 0 || strcmp(known->machine, machine) != 0))
        known++;
    if (known == end) {
        struct desk_machine *more =
            reallocarray(desk->machines, desk->machine_count + 1, sizeof(*more));
        if (!more)
            return -ENOMEM;
        desk->machines = more;
        known = more + desk->machine_count++;
        *known = (struct desk_machine){0};
        (void)text_copy(known->cell, sizeof(known->cell), cell);
        (void)text_copy(known->machine, sizeof(known->machine), machine);
    }
    known->is_told = known->is_told && known->linked == linked;
    known->linked = linked;
    return 0;
}

void desk_answer(struct desk *desk, struct command_ticket *ticket, const char *json)
{
    if (desk->answer_count == DESK_ANSWERS)
        drop_answer(desk);
    desk->answers[desk->answer_count++] =
        (struct desk_answer){.ticket = ticket, .json = strdup(json)};
}

void desk_print_status_topic(const struct desk *desk, struct text *text)
{
    topic_print_machine(desk->prefix, desk->place, "", "", text);
    text_add(text, "/status");
}

static void print_machine_topic(const struct desk *desk,
                                const struct desk_machine *machine, const char *tail,
                                struct text *text)
{
    topic_print_machine(desk->prefix, desk->place, machine->cell, machine->machine, text);
    text_add(text, tail);
}

static bool say_online(struct desk *desk, struct broker *broker, uint64_t cookie)
{
    char array[TOPIC_MAX];
    struct text topic;
    const struct broker_message message = {.topic = array,
                                           .payload = "online",
                                           .length = strlen("online"),
                                           .qos = 1,
                                           .retained = true};

    text_init_fixed(&topic, array, sizeof(array));
    desk_print_status_topic(desk, &topic);
    desk->is_online_told = broker_publish(broker, &message, cookie) == 0;
    return desk->is_online_told;
}

static bool say_machine(struct desk *desk, struct desk_machine *machine,
                        struct broker *broker, uint64_t cookie, int64_t now_ns)
{
    char array[TOPIC_MAX], payload[128];
    struct text topic, text;
    struct writer writer;

    text_init_fixed(&topic, array, sizeof(array));
    print_machine_topic(desk, machine, "/status/online", &topic);
    text_init_fixed(&text, payload, sizeof(payload));
    writer_init(&writer, &text);
    writer_begin_object(&writer, NULL);
    writer_time(&writer, "t", now_ns);
    writer_flag(&writer, "online", machine->linked);
    writer_end_object(&writer);

    const struct broker_message message = {.topic = array,
                                           .payload = payload,
                                           .length = text.length,
                                           .qos = 1,
                                           .retained = true,
                                           .content_type = "application/json"};
    machine->is_told = broker_publish(broker, &message, cookie) == 0;
    return machine->is_told;
}

static void hear_machine(struct desk *desk, struct desk_machine *machine,
                         struct broker *broker)
{
    char array[TOPIC_MAX];
    struct text topic;

    if (machine->is_heard || !desk->takes_commands)
        return;
    text_init_fixed(&topic, array, sizeof(array));
    print_machine_topic(desk, machine, "/cmd/+", &topic);
    machine->is_heard = broker_subscribe(broker, array) == 0;
}

static bool say_answer(struct desk *desk, struct broker *broker, uint64_t cookie)
{
    const struct desk_answer *answer = &desk->answers[0];
    const struct broker_message message = {
        .topic = answer->ticket->topic,
        .payload = answer->json ? answer->json : "",
        .length = answer->json ? strlen(answer->json) : 0,
        .qos = 1,
        .content_type = "application/json",
        .correlation = answer->ticket->correlation,
        .correlation_length = answer->ticket->correlation_length,
    };
    bool said = broker_publish(broker, &message, cookie) == 0;

    drop_answer(desk);
    return said;
}

int desk_publish(struct desk *desk, struct broker *broker, uint64_t cookie,
                 int64_t now_ns)
{
    int count = 0;

    if (!desk->is_online_told && broker_room(broker) > 0)
        count += say_online(desk, broker, cookie);
    for (size_t i = 0; i < desk->machine_count && broker_room(broker) > 0; i++) {
        hear_machine(desk, &desk->machines[i], broker);
        if (!desk->machines[i].is_told)
            count += say_machine(desk, &desk->machines[i], broker, cookie, now_ns);
    }
    while (desk->answer_count && broker_room(broker) > 0)
        count += say_answer(desk, broker, cookie);
    return count;
}

const struct desk_machine *desk_find(const struct desk *desk, const char *topic)
{
    for (size_t i = 0; i < desk->machine_count; i++) {
        char array[TOPIC_MAX];
        struct text text;

        text_init_fixed(&text, array, sizeof(array));
        print_machine_topic(desk, &desk->machines[i], "/cmd/", &text);
        if (strncmp(topic, array, text.length) == 0)
            return &desk->machines[i];
    }
    return NULL;
}
