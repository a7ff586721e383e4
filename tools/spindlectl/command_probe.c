/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/command_modbus.h"
#include "tools/spindlectl/probe_modbus.h"
#include "tools/spindlectl/probe_mtconnect.h"

#include <stdio.h>
#include <string.h>

static enum exit_status ask_agent(const char *url, char **options)
{
    if (!*options)
        return probe_mtconnect(url);
    (void)fprintf(stderr, "spindlectl: an agent is asked without options\n");
    return EXIT_USAGE;
}

/* Who knows what to do with an address, by how it begins. */
static const struct {
    const char *scheme;
    enum exit_status (*probe)(const char *url, char **options);
} probes[] = {
    {"tcp://",     probe_modbus},
    {"rtu://",     probe_modbus},
    {"rtu+tcp://", probe_modbus},
    {"http://",    ask_agent   },
    {"https://",   ask_agent   },
};

enum exit_status run_probe(int argc, char **argv)
{
    for (size_t i = 0; argc >= 2 && i < sizeof(probes) / sizeof(*probes); i++)
        if (strncmp(argv[1], probes[i].scheme, strlen(probes[i].scheme)) == 0)
            return probes[i].probe(argv[1], argv + 2);
    (void)fprintf(stderr, "usage: spindlectl probe ADDRESS, which begins with one of");
    for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
        (void)fprintf(stderr, " %s", probes[i].scheme);
    (void)fprintf(stderr, "\n");
    return EXIT_USAGE;
}
