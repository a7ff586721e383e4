/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/arguments.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

static const char help[] =
    "usage: cncsim [options]\n"
    "\n"
    "Simulated machines: one physical model each, shown over Modbus TCP, Modbus RTU (on "
    "a\n"
    "pseudo terminal), MTConnect and SHDR. Without a scenario: a demo cell of four.\n"
    "\n"
    "  --scenario FILE    machines, programs, tools, faults (YAML; docs/cncsim.md)\n"
    "  --speed X          simulated seconds a second; 0 = no servers, as fast as it "
    "goes\n"
    "  --seconds N        ends after N simulated seconds\n"
    "  --seed N           instead of the scenario's\n"
    "  --start TIME       the simulated day begins at this time (RFC 3339), not now\n"
    "  --truth FILE       what really happened, as JSON lines; - = stdout\n"
    "  --record FOLDER    MACHINE.shdr, MACHINE.xml and MACHINE.csv, as recordings\n"
    "  --ports-file FILE  the addresses as JSON, written when all are open\n"
    "  --bind ADDRESS     listen there; 127.0.0.1 unless told\n"
    "  --commands         reads orders from standard input: try \"help\"\n"
    "  --help, --version\n"
    "\n"
    "examples:\n"
    "  cncsim --truth truth.jsonl\n"
    "  cncsim --scenario cell.yaml --speed 60 --seconds 3600 --truth -\n"
    "  cncsim --speed 0 --seconds 28800 --start 2026-01-01T06:00:00Z --record shift\n"
    "  echo 'fault vmc-1 late every=5' | cncsim --commands\n";

enum long_option {
    OPTION_HELP = 256,
    OPTION_VERSION,
    OPTION_SCENARIO,
    OPTION_SPEED,
    OPTION_SECONDS,
    OPTION_SEED,
    OPTION_START,
    OPTION_TRUTH,
    OPTION_RECORD,
    OPTION_PORTS,
    OPTION_BIND,
    OPTION_COMMANDS,
};

static const struct option long_options[] = {
    {"help",       no_argument,       NULL, OPTION_HELP    },
    {"version",    no_argument,       NULL, OPTION_VERSION },
    {"scenario",   required_argument, NULL, OPTION_SCENARIO},
    {"speed",      required_argument, NULL, OPTION_SPEED   },
    {"seconds",    required_argument, NULL, OPTION_SECONDS },
    {"seed",       required_argument, NULL, OPTION_SEED    },
    {"start",      required_argument, NULL, OPTION_START   },
    {"truth",      required_argument, NULL, OPTION_TRUTH   },
    {"record",     required_argument, NULL, OPTION_RECORD  },
    {"ports-file", required_argument, NULL, OPTION_PORTS   },
    {"bind",       required_argument, NULL, OPTION_BIND    },
    {"commands",   no_argument,       NULL, OPTION_COMMANDS},
    {NULL,         0,                 NULL, 0              },
};

/* Returns 0, or -EINVAL when it cannot be read. */
static int argument_take(struct arguments *arguments, int option, const char *value)
{
    double seconds = 0;
    int error = 0;

    switch (option) {
    case OPTION_SCENARIO:
        arguments->scenario = value;
        break;
    case OPTION_SPEED:
        error = text_read_number(value, &arguments->speed);
        break;
    case OPTION_SECONDS:
        error = text_read_number(value, &seconds);
        arguments->length_ns = (int64_t)(seconds * 1e3) * NS_PER_MS;
        break;
    case OPTION_SEED:
        arguments->seed = value;
        break;
    case OPTION_START:
        error = moment_parse(value, &arguments->start_wall_ns) < 0 ? -EINVAL : 0;
        break;
    case OPTION_TRUTH:
        arguments->truth = value;
        break;
    case OPTION_RECORD:
        arguments->record = value;
        break;
    case OPTION_PORTS:
        arguments->ports_file = value;
        break;
    case OPTION_BIND:
        arguments->address = value;
        break;
    case OPTION_COMMANDS:
        arguments->commands = true;
        break;
    default:
        return -EINVAL;
    }
    return error;
}

int arguments_read(struct arguments *arguments, int argc, char **argv)
{
    arguments->speed = 1;
    arguments->address = "127.0.0.1";
    for (;;) {
        int option = getopt_long(argc, argv, "", long_options, NULL);

        if (option == -1)
            break;
        if (option == OPTION_HELP || option == OPTION_VERSION) {
            (void)puts(option == OPTION_HELP ? help : "cncsim " SPINDLED_VERSION);
            return EXIT_SUCCESS;
        }
        if (argument_take(arguments, option, optarg) < 0) {
            (void)fputs(option == '?' ? help : "cncsim: this is no number or time: ",
                        stderr);
            (void)fprintf(stderr, "%s\n", option == '?' ? "" : optarg);
            return EXIT_USAGE;
        }
    }
    if (optind < argc || arguments->speed < 0 ||
        (arguments->speed == 0 && arguments->length_ns == 0)) {
        (void)fputs("cncsim: --speed 0 needs --seconds; there are no other arguments\n",
                    stderr);
        return EXIT_USAGE;
    }
    return -1;
}
