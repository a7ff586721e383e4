/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator configures under `mqtt:`.
 */
#pragma once

#include "daemon/sinks/broker_options.h"

struct mqtt_options {
    struct broker_options broker;
    char *prefix;
    unsigned qos, qos_raw; /* of records; of raw signals */
    int64_t live_expiry;   /* ns; MQTT 5 */
    bool commands;
    int64_t command_age; /* ns */
};

extern const struct section mqtt_section;
