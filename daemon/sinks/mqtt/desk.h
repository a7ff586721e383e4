/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sink says besides records: that the gateway is online, which machines are
 * linked, and the answers to commands. All of it goes out before records do.
 */
#pragma once

#include "daemon/sinks/broker.h"
#include "daemon/sinks/mqtt/command.h"
#include "daemon/sinks/sink.h"

enum {
    DESK_ANSWERS = 32,
};

struct desk_machine {
    char cell[RECORD_NAME_MAX], machine[RECORD_NAME_MAX];
    bool linked;
    bool is_told;  /* on this connection */
    bool is_heard; /* its commands are subscribed on this connection */
};

struct desk_answer {
    struct command_ticket *ticket;
    char *json;
};

struct desk {
    const char *prefix;
    const struct place *place;
    bool takes_commands;
    bool is_online_told;
    struct desk_machine *machines;
    size_t machine_count;
    struct desk_answer answers[DESK_ANSWERS];
    size_t answer_count;
};

void desk_init(struct desk *desk, const char *prefix, const struct place *place,
               bool takes_commands);
void desk_done(struct desk *desk);

/* A new connection: everything is to be said again. */
void desk_restart(struct desk *desk);

/* Returns 0 or -ENOMEM. */
int desk_note_machine(struct desk *desk, const char *cell, const char *machine,
                      bool linked);

/* Takes the ticket, copies the answer; the oldest answer is dropped when there are many.
 */
void desk_answer(struct desk *desk, struct command_ticket *ticket, const char *json);

/* Publishes as much as the window takes. Returns how many messages went out. */
int desk_publish(struct desk *desk, struct broker *broker, uint64_t cookie,
                 int64_t now_ns);

/* The machine whose commands these are, or NULL. */
const struct desk_machine *desk_find(const struct desk *desk, const char *topic);

/* …/gateway/{id}/status, where the will is. */
void desk_print_status_topic(const struct desk *desk, struct text *text);
