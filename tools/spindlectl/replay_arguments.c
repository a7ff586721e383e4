/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static int add_input(struct replay_arguments *arguments, const char *path,
                     bool is_measurements)
{
    if (arguments->count == REPLAY_INPUTS_MAX) {
        (void)fprintf(stderr, "spindlectl: more than %d inputs\n", REPLAY_INPUTS_MAX);
        return -EINVAL;
    }
    arguments->inputs[arguments->count].path = path;
    arguments->inputs[arguments->count++].is_measurements = is_measurements;
    return 0;
}

static int read_format(struct replay_arguments *arguments, const char *name)
{
    arguments->is_json = strcmp(name, "json") == 0;
    if (arguments->is_json || strcmp(name, "lp") == 0)
        return 0;
    (void)fprintf(stderr, "spindlectl: --format is lp or json, not '%s'\n", name);
    return -EINVAL;
}

static int take(struct replay_arguments *arguments, int option, char *value)
{
    switch (option) {
    case 'c':
        arguments->config = value;
        return 0;
    case 'm':
        arguments->machine = value;
        return 0;
    case 'd':
        arguments->devices = value;
        return 0;
    case 'D':
        arguments->device = value;
        return 0;
    case 'o':
        arguments->output = value;
        return 0;
    case 'f':
        return read_format(arguments, value);
    case 'i':
        arguments->format = value;
        return 0;
    case 'r':
        arguments->run = value;
        return 0;
    case 'M':
        return add_input(arguments, value, true);
    default:
        return -EINVAL;
    }
}

int replay_arguments_read(struct replay_arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config",       required_argument, NULL, 'c'},
        {"machine",      required_argument, NULL, 'm'},
        {"devices",      required_argument, NULL, 'd'},
        {"device",       required_argument, NULL, 'D'},
        {"output",       required_argument, NULL, 'o'},
        {"format",       required_argument, NULL, 'f'},
        {"input-format", required_argument, NULL, 'i'},
        {"run",          required_argument, NULL, 'r'},
        {"measurements", required_argument, NULL, 'M'},
        {NULL,           0,                 NULL, 0  },
    };
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "c:m:o:f:i:r:", options, NULL)) != -1)
        if (take(arguments, option, optarg))
            return -EINVAL;
    for (int i = optind; i < argc; i++)
        if (add_input(arguments, argv[i], false))
            return -EINVAL;
    if (arguments->count)
        return 0;
    (void)fprintf(stderr, "spindlectl: replay needs a recording to play\n");
    return -EINVAL;
}
