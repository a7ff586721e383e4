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
};

/* Returns 0, or -EINVAL with a sentence. */
int asker_open(const char *url, int64_t timeout_ns, struct asker **ret_asker,
               char reterr_sentence[256]);
void asker_ask(struct asker *asker, uint8_t unit, enum area area, uint16_t address,
               uint16_t count, struct asker_answer *ret_answer);
void asker_close(struct asker *asker);

/* "no answer", "exception 2 (illegal address)" … */
const char *asker_trouble(const struct asker_answer *answer);
