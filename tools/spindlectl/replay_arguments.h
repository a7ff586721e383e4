/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of `replay`, apart from the rest because getopt's `struct option` and
 * ours cannot meet in one file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    REPLAY_INPUTS_MAX = 64
};

struct replay_arguments {
    const char *config, *machine, *devices, *device, *output; /* NULL = not given */
    char *run;
    bool is_json;
    const char *format; /* of all inputs; NULL = by extension */
    struct {
        const char *path;
        bool is_measurements;
    } inputs[REPLAY_INPUTS_MAX];
    size_t count;
};

/* Returns 0, or -EINVAL after saying why on stderr. */
int replay_arguments_read(struct replay_arguments *arguments, int argc, char **argv);
