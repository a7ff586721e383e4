/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of spindlectl: a file has a family of them, an array that ends with a row
 * without a name; main.c has a table of families.
 */
#pragma once

#include <stdbool.h>

/* Exit statuses, as interfaces.md promises them. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DAEMON = 3,
};

struct command {
    const char *name;      /* "run start" has a space */
    const char *arguments; /* "MACHINE [--last N]" */
    const char *help;      /* one sentence */
    const char *example;

    /* argv[0] is the last word of the command's name; options are parsed with
     * getopt_long. */
    enum exit_status (*run)(int argc, char **argv);
};

/* Common options, taken from the front of the line before a command runs. */
struct common_options {
    const char *socket; /* --socket PATH, default /run/spindled/control.sock */
    bool json;          /* --json */
};

extern struct common_options common_options;

extern const struct command commands_show[];   /* what the daemon knows */
extern const struct command commands_tools[];  /* tools, and the night */
extern const struct command commands_say[];    /* what people say */
extern const struct command commands_replay[]; /* recordings */
extern const struct command commands_modbus[];
extern const struct command commands_data[];   /* reports, exports, recordings made */
extern const struct command commands_queue[];  /* what sinks are owed, dead letters */
extern const struct command commands_doctor[]; /* what is wrong and what to do */
