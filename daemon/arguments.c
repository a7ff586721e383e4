/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

static void print_usage(FILE *stream)
{
    (void)fprintf(
        stream,
        "usage: spindled [--config FILE] [--check [FILE] | --manual | --schema | "
        "--version]\n"
        "\n"
        "  --config FILE   default /etc/spindled/spindled.yaml, with conf.d/*.yaml "
        "beside it\n"
        "  --check         tell everything that is wrong with the configuration; exit 0 "
        "or 78\n"
        "  --manual        every option with its unit, limits and default\n"
        "  --schema        JSON Schema of the configuration, for editors\n"
        "  --verbose       log debug messages\n"
        "  --version       print the version\n"
        "\n"
        "Runs in the foreground. SIGHUP loads the configuration anew, SIGTERM stops.\n"
        "\n"
        "examples:\n"
        "  spindled --check /etc/spindled/spindled.yaml\n"
        "  spindled --config spindled.yaml --verbose\n"
        "  spindled --manual | less\n");
}

/* Printed at once, as every program does. */
static int answer(int letter)
{
    if (letter == 'v') {
        (void)puts("spindled " SPINDLED_VERSION);
        return 0;
    }
    print_usage(letter == 'h' ? stdout : stderr);
    return letter == 'h' ? 0 : -EINVAL;
}

int arguments_read(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {
        {"config",  required_argument, NULL, 'c'},
        {"check",   no_argument,       NULL, 'k'},
        {"manual",  no_argument,       NULL, 'm'},
        {"schema",  no_argument,       NULL, 's'},
        {"verbose", no_argument,       NULL, 'V'},
        {"version", no_argument,       NULL, 'v'},
        {"help",    no_argument,       NULL, 'h'},
        {NULL,      0,                 NULL, 0  },
    };
    int letter;

    *ret_arguments = (struct arguments){.config = "/etc/spindled/spindled.yaml"};
    while ((letter = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (letter) {
        case 'c':
            ret_arguments->config = optarg;
            break;
        case 'k':
            ret_arguments->action = ACTION_CHECK;
            break;
        case 'm':
            ret_arguments->action = ACTION_MANUAL;
            break;
        case 's':
            ret_arguments->action = ACTION_SCHEMA;
            break;
        case 'V':
            ret_arguments->verbose = true;
            break;
        default:
            ret_arguments->action = ACTION_DONE;
            return answer(letter);
        }
    }
    if (ret_arguments->action == ACTION_CHECK && optind + 1 == argc)
        ret_arguments->config = argv[optind++];
    return optind == argc ? 0 : answer('?');
}
