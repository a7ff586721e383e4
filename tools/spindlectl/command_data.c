/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data to take away: the report of a run, the history as CSV, JSON or tape, and a
 * recording of what a machine says now.
 */
#include "drivers/tape/tape.h"
#include "tools/spindlectl/export.h"
#include "tools/spindlectl/talk.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 512
};

/* "-" and nothing are stdout. */
static FILE *open_output(const char *name)
{
    if (!name || strcmp(name, "-") == 0)
        return stdout;
    FILE *file = fopen(name, "w");
    if (!file)
        (void)fprintf(stderr, "spindlectl: cannot write %s: %s\n", name, strerror(errno));
    return file;
}

/* Whether all of it was written. */
static enum exit_status close_output(FILE *file, enum exit_status status)
{
    bool failed = fflush(file) != 0;

    if (file != stdout)
        failed = fclose(file) != 0 || failed;
    if (failed)
        (void)fprintf(stderr, "spindlectl: could not write everything\n");
    return failed && status == EXIT_DONE ? EXIT_FAILED : status;
}

static enum exit_status report(int argc, char **argv)
{
    char path[PATH_MAX_BYTES];

    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "spindlectl: which run? spindlectl run list shows them\n");
        return EXIT_USAGE;
    }
    char name[64];
    const char *file_name = argc > 2 ? argv[2] : name;
    (void)snprintf(name, sizeof(name), "run-%.40s.html", argv[1]);
    (void)snprintf(path, sizeof(path), "/v1/runs/%s/report", talk_escape(argv[1]));

    FILE *memory = tmpfile();
    enum exit_status status = memory ? talk_save(path, memory) : EXIT_FAILED;
    FILE *output = status ? NULL : open_output(file_name);
    if (output) {
        char block[4096];
        size_t length;
        rewind(memory);
        while ((length = fread(block, 1, sizeof(block), memory)) > 0)
            (void)fwrite(block, 1, length, output);
        status = close_output(output, status);
        if (output != stdout && !status)
            (void)printf("%s\n", file_name);
    } else if (!status) {
        status = EXIT_FAILED;
    }
    if (memory)
        (void)fclose(memory);
    return status;
}

static const struct option export_options[] = {
    {"from",             required_argument, NULL, 'f'},
    {"until",              required_argument, NULL, 'u'},
    {"format",                  required_argument, NULL, 'F'},
    {"what",required_argument, NULL, 'w'},
    {"output",               required_argument, NULL, 'o'},
    {0          },
};

/* Puts an option where it belongs; false when it has no sense. */
static bool take_option(int letter, struct export_choice *choice, const char **output)
{
    switch (letter) {
    case 'f':
        choice->from = optarg;
        return true;
    case 'u':
        choice->until = optarg;
        return true;
    case 'w':
        choice->what = optarg;
        return true;
    case 'o':
        *output = optarg;
        return true;
    case 'F':
        return export_read_format(optarg, &choice->format) == 0;
    default:
        return false;
    }
}

static enum exit_status export_history(int argc, char **argv)
{
    struct export_choice choice = {.what = NULL};
    const char *output_name = NULL;
    int letter;

    optind = 1;
    while ((letter = getopt_long(argc, argv, "", export_options, NULL)) != -1)
        if (!take_option(letter, &choice, &output_name)) {
            (void)fprintf(stderr,
                          "spindlectl: --format is csv, json or tape; --from and --until "
                          "are times; see spindlectl export --help\n");
            return EXIT_USAGE;
        }
    if (optind + 1 != argc) {
        (void)fprintf(stderr,
                      "spindlectl: which machine? spindlectl machines lists them\n");
        return EXIT_USAGE;
    }
    choice.machine = argv[optind];
    FILE *output = open_output(output_name);
    return output ? close_output(output, export_run(&choice, output)) : EXIT_FAILED;
}

static bool on_line(void *owner, const char *line)
{
    FILE *output = owner;

    return fprintf(output, "%s\n", line) > 0 && fflush(output) == 0;
}

static const struct option record_options[] = {
    {"for", required_argument, NULL, 'f'},
    {"output", required_argument, NULL, 'o'},
    {0    },
};

static enum exit_status record(int argc, char **argv)
{
    char path[PATH_MAX_BYTES];
    const char *output_name = NULL;
    int64_t seconds = 0;
    int letter;

    optind = 1;
    while ((letter = getopt_long(argc, argv, "", record_options, NULL)) != -1) {
        if (letter == 'o')
            output_name = optarg;
        if (letter != '?' &&
            (letter == 'o' || (text_read_integer(optarg, &seconds) == 0 && seconds > 0)))
            continue;
        (void)fprintf(stderr, "spindlectl: --for is a number of seconds\n");
        return EXIT_USAGE;
    }
    if (optind + 1 != argc) {
        (void)fprintf(stderr,
                      "spindlectl: which machine? spindlectl machines lists them\n");
        return EXIT_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/v1/samples?machine=%s",
                   talk_escape(argv[optind]));
    FILE *output = open_output(output_name);
    if (!output)
        return EXIT_FAILED;
    (void)fprintf(output, "%s\n", TAPE_HEADER);
    return close_output(output, talk_lines(path, (long)seconds, output, on_line));
}

const struct command commands_data[] = {
    {"report", "RUN [FILE]",                              "the report of a run as one HTML file",
     "spindlectl report 12 run-12.html",                                                                                                                                            report        },
    {"export",
     "MACHINE [--from T] [--until T] [--format csv|json|tape] [--what cycles|segments|…] "
     "[--output FILE]",                                   "the history of a machine; tape has every value that was kept",
     "spindlectl export vmc-3 --from 2026-01-31T06:00:00Z --format csv",                                                                                                            export_history},
    {"record", "MACHINE [--for SECONDS] [--output FILE]",
     "what a machine says from now on, as a tape for replay",                                                             "spindlectl record vmc-3 --for 3600 --output vmc-3.tape", record        },
    {NULL,     NULL,                                      NULL,                                                           NULL,                                                     NULL          },
};
