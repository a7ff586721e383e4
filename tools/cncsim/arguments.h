/* SPDX-License-Identifier: Apache-2.0 */
/* What was said on the command line; texts are argv's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arguments {
    const char *scenario, *truth, *record, *seed; /* NULL = not given */
    const char *ports_file;
    const char *address;
    double speed;      /* 0 = no servers */
    int64_t length_ns; /* 0 = until stopped */
    int64_t start_wall_ns;
    bool commands;
};

/* Keeps start_wall_ns when none is given. Returns -1 to go on, else the exit status. */
int arguments_read(struct arguments *arguments, int argc, char **argv);
