/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 24
};

struct common_options common_options = {.socket = "/run/spindled/control.sock"};

/* Every family of commands; a new one is a file and a row here. */
static const struct command *const families[] = {
    commands_show,   commands_tools,  commands_queue,
    commands_doctor, commands_say,    commands_data,
    commands_replay, commands_modbus, NULL,
};

static void print_usage(FILE *stream)
{
    (void)fprintf(stream, "usage: spindlectl [--socket PATH] [--json] COMMAND …\n\n");
    for (size_t i = 0; families[i]; i++)
        for (const struct command *command = families[i]; command->name; command++)
            (void)fprintf(stream, "  %-*s %s\n", WIDTH, command->name, command->help);
    (void)fprintf(stream, "\nspindlectl COMMAND --help tells more about one.\n"
                          "\nexamples:\n"
                          "  spindlectl status\n"
                          "  spindlectl cycles vmc-3 50\n"
                          "  spindlectl --json queue\n");
}

static void print_help(const struct command *command)
{
    (void)printf("usage: spindlectl %s%s%s\n\n%s\n", command->name,
                 *command->arguments ? " " : "", command->arguments, command->help);
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

static const struct command *find_command(int argc, char **argv, int *ret_words)
{
    for (size_t i = 0; families[i]; i++) {
        for (const struct command *command = families[i]; command->name; command++) {
            *ret_words = name_words(command, argc, argv);
            if (*ret_words)
                return command;
        }
    }
    return NULL;
}

/* "run" alone: the commands that begin with it, in full. How many there are. */
static size_t print_family(const char *word, FILE *stream)
{
    size_t length = strlen(word), count = 0;

    for (size_t i = 0; families[i]; i++)
        for (const struct command *command = families[i]; command->name; command++) {
            if (strncmp(command->name, word, length) != 0 || command->name[length] != ' ')
                continue;
            (void)fprintf(stream, "  %-*s %s\n", WIDTH, command->name, command->help);
            count++;
        }
    return count;
}

static enum exit_status explain_unknown(int argc, char **argv)
{
    bool asked = argc > 1 && strcmp(argv[1], "--help") == 0;

    if (print_family(argv[0], asked ? stdout : stderr))
        return asked ? EXIT_DONE : EXIT_USAGE;
    (void)fprintf(stderr, "spindlectl: unknown command '%s'; see spindlectl --help\n",
                  argv[0]);
    return EXIT_USAGE;
}

static enum exit_status run_command(int argc, char **argv)
{
    int words;
    const struct command *command = find_command(argc, argv, &words);

    if (!command)
        return explain_unknown(argc, argv);
    for (int i = words; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(command);
            return EXIT_DONE;
        }
    }
    return command->run(argc - words + 1, argv + words - 1);
}

/* --json may stand anywhere; what is left moves up. */
static int take_json(int argc, char **argv)
{
    int left = 1;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            common_options.json = true;
        else
            argv[left++] = argv[i];
    }
    argv[left] = NULL;
    return left;
}

int main(int argc, char **argv)
{
    int first = 1;

    argc = take_json(argc, argv);
    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "--socket") == 0 && first + 1 < argc) {
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
