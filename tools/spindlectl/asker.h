/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a Modbus device one question after the other and waits for the answer: for
 * commands, where nothing else has to go on meanwhile. The driver's own line does the
 * work.
 */
#pragma once

#include "drivers/modbus/modbus.h"

#define ASKER_DATA_MAX 256

struct asker;

struct asker_answer {
    enum line_result result;
    uint8_t exception;
    uint8_t data[ASKER_DATA_MAX];
    double latency_s;
    bool was_repeated; /* it was busy, or the connection broke, and asked again */
    int requests;      /* that it took */
};

/* Returns 0, or -EINVAL with a sentence. */
int asker_open(const char *url, int64_t timeout_ns, struct asker **ret_asker,
               char reterr_sentence[256]);
void asker_ask(struct asker *asker, uint8_t unit, enum area area, uint16_t address,
               uint16_t count, struct asker_answer *ret_answer);

/* Until asker_leave() questions to this unit, and to no other, share one connection, each
 * `pause_ns` after the answer before. Returns 0, or an error. */
int asker_stay(struct asker *asker, uint8_t unit, int64_t pause_ns);

/* False when something went wrong meanwhile that the answers do not show: a connection
 * that broke, an answer that nobody waited for. */
bool asker_leave(struct asker *asker);

void asker_close(struct asker *asker);

/* "no answer", "exception 2 (illegal address)" … */
const char *asker_trouble(const struct asker_answer *answer);
