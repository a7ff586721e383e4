/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine a recording is of: from the configuration, or named on the command line.
 */
#pragma once

#include "config/config.h"
#include "drivers/mtconnect/mapping.h"
#include "drivers/tape/csv.h"

struct replay_machine {
    struct config *config;           /* NULL without --config */
    const struct settings *settings; /* likewise */
    const struct machine_settings *machine;
    struct devices *devices;
    struct mapping *mapping; /* NULL when no Devices.xml is known */
    struct csv_rule *rules;
    size_t rule_count;
    const char *name, *cell;
};

struct replay_choice {
    const char *config, *machine, *devices, *device; /* NULL = not given */
};

/* Returns 0 or a negative errno with complaints in `complaints`. */
int replay_machine_load(struct replay_machine *machine,
                        const struct replay_choice *choice, struct text *complaints);
void replay_machine_done(struct replay_machine *machine);
