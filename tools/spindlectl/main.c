/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 24
};

struct common_options common_options = {.socket = "/run/spindled/control.sock"};

/* Every command there is; declared here because each file has nothing else to show. */
extern const struct command replay_command;

static const struct command *const commands[] = {
    &replay_command,
    NULL,
};

static void print_usage(FILE *stream)
{
    (void)fprintf(stream, "usage: spindlectl [--socket PATH] [--json] COMMAND …\n\n");
    for (size_t i = 0; commands[i]; i++)
        (void)fprintf(stream, "  %-*s %s\n", WIDTH, commands[i]->name, commands[i]->help);
    (void)fprintf(stream, "\nspindlectl COMMAND --help tells more about one.\n");
}

static void print_help(const struct command *command)
{
    (void)printf("usage: spindlectl %s %s\n\n%s\n", command->name, command->arguments,
                 command->help);
    if (command->example)
        (void)printf("\nexample:\n  %s\n", command->example);
}

/* How many of the words make up the command's name; 0 = it is another. */
static int name_words(const struct command *command, int argc, char **argv)
{
    char two[64];

    if (strcmp(command->name, argv[0]) == 0)
        return 1;
    if (argc < 2)
        return 0;
    (void)snprintf(two, sizeof(two), "%s %s", argv[0], argv[1]);
    return strcmp(command->name, two) == 0 ? 2 : 0;
}

static enum exit_status run_command(int argc, char **argv)
{
    for (size_t i = 0; commands[i]; i++) {
        int words = name_words(commands[i], argc, argv);
        if (!words)
            continue;
        if (argc > words && strcmp(argv[words], "--help") == 0) {
            print_help(commands[i]);
            return EXIT_DONE;
        }
        return commands[i]->run(argc - words + 1, argv + words - 1);
    }
    (void)fprintf(stderr, "spindlectl: unknown command '%s'; see spindlectl --help\n",
                  argv[0]);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    int first = 1;

    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "--json") == 0) {
            common_options.json = true;
        } else if (strcmp(argv[first], "--socket") == 0 && first + 1 < argc) {
            common_options.socket = argv[++first];
        } else if (strcmp(argv[first], "--version") == 0) {
            (void)printf("spindlectl %s\n", SPINDLED_VERSION);
            return EXIT_DONE;
        } else {
            bool asked = strcmp(argv[first], "--help") == 0;
            print_usage(asked ? stdout : stderr);
            return asked ? EXIT_DONE : EXIT_USAGE;
        }
    }
    if (first == argc) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    return (int)run_command(argc - first, argv + first);
}
