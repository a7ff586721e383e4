/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the truth goes: JSON lines to a file or stdout; with a folder, also what a
 * machine would have recorded: MACHINE.shdr, MACHINE.xml (its Devices.xml), MACHINE.csv
 * (measurements).
 */
#pragma once

#include "tools/cncsim/agent/agent.h"

#include <stdio.h>

struct output {
    FILE *truth;        /* NULL = not wanted */
    const char *folder; /* NULL = nothing is recorded */
    int64_t start_wall_ns;
};

struct recorder;

/* `path` "-" is stdout. Returns 0 or a negative errno. */
int output_open(struct output *output, const char *path, const char *folder,
                int64_t start_wall_ns);
void output_close(struct output *output);
void output_tell(struct output *output, const struct truth *truth);

/* The files of one machine. Returns 0 (also with no folder) or a negative errno. */
int recorder_create(const struct output *output, const struct agent *agent,
                    struct recorder **ret_recorder);
void recorder_destroy(struct recorder *recorder);
void recorder_observe(struct recorder *recorder, enum panel_item item,
                      const struct panel_value *value, int64_t wall_ns);
void recorder_measure(struct recorder *recorder, const struct measurement_truth *measured,
                      int64_t wall_ns);
