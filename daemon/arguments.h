/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of spindled. A file of its own because getopt's `struct option` and
 * ours cannot be seen together.
 */
#pragma once

#include <stdbool.h>

enum action {
    ACTION_RUN,
    ACTION_CHECK,
    ACTION_MANUAL,
    ACTION_SCHEMA,
    ACTION_DONE, /* the answer has been printed */
};

struct arguments {
    enum action action;
    const char *config;
    bool verbose;
};

/* Returns 0, or -EINVAL after printing the usage to stderr. */
int arguments_read(int argc, char **argv, struct arguments *ret_arguments);
