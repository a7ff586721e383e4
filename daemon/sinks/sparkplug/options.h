/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator configures under `sparkplug:`.
 */
#pragma once

#include "daemon/sinks/broker_options.h"

struct sparkplug_options {
    struct broker_options broker;
    char *group, *edge;
    char *primary_host;
};

extern const struct section sparkplug_section;
