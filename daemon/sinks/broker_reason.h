/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broker's codes mean to people and to the courier. Pure.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/sinks/broker_options.h"
#include "daemon/sinks/sink.h"

/*
 * Why a connection ended or was refused: paho's negative codes, MQTT 3.1.1's return codes
 * 1 to 5, MQTT 5's reason codes from 0x80. `ret_pause_ns` is how long to wait at least: a
 * minute's part when only a person can mend it.
 */
struct broker_trouble {
    int code;
    const char *words; /* paho's or OpenSSL's; "" = none */
    const struct broker_options *options;
};

void broker_explain(const struct broker_trouble *trouble, char ret_reason[256],
                    int64_t *ret_pause_ns);

struct broker_ruling {
    enum verdict verdict;
    int64_t pause_ns;
    const char *reason;
    bool answered; /* the broker said so of this message; settlement.answered */
};

/* What the answer to a PUBLISH means. */
struct broker_ruling broker_judge(int code);
