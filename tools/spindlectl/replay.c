/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/command.h"

#include "daemon/sinks/influx/line.h"
#include "tools/spindlectl/replay_arguments.h"
#include "tools/spindlectl/replay_machine.h"
#include "tools/spindlectl/replay_output.h"
#include "tools/spindlectl/replay_player.h"
#include "tools/spindlectl/replay_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    OUTPUT_MEMORY = 64 << 20
};

struct replay {
    struct replay_arguments arguments;
    struct replay_machine machine;
    struct statement run;
    struct input *inputs[REPLAY_INPUTS_MAX];

    struct place place;
    struct output *output;
    struct text line;
    int error; /* of printing */
    int64_t records;
};

static void on_record(void *self, const struct record *record)
{
    struct replay *replay = self;
    struct text *line = &replay->line;

    text_clear(line);
    if (replay->arguments.is_json) {
        record_print_json(record, line);
        text_add_char(line, '\n');
    } else if (line_print(record, &replay->place, line) <= 0) {
        return;
    }
    replay->records++;
    if (line->length && !replay->error)
        replay->error =
            output_add(replay->output, record->wall_ns, line->data, line->length);
}

static bool ends_with(const char *path, size_t length, const char *ending)
{
    size_t count = strlen(ending);

    return length > count && strncasecmp(path + length - count, ending, count) == 0;
}

/* From the extension, that of a packed file included: "shift.csv.gz". */
static enum input_format guess_format(const char *path)
{
    static const struct {
        const char *ending;
        enum input_format format;
    } endings[] = {
        {".csv",          INPUT_CSV         },
        {".tsv",          INPUT_CSV         },
        {".shdr",         INPUT_SHDR        },
        {".txt",          INPUT_SHDR        },
        {".log",          INPUT_SHDR        },
        {".measurements", INPUT_MEASUREMENTS},
    };
    size_t length = strlen(path);

    if (ends_with(path, length, ".gz"))
        length -= 3;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (ends_with(path, length, endings[i].ending))
            return endings[i].format;
    return INPUT_TAPE;
}

static int load_machine(struct replay *replay)
{
    const struct replay_choice choice = {
        .config = replay->arguments.config,
        .machine = replay->arguments.machine,
        .devices = replay->arguments.devices,
        .device = replay->arguments.device,
    };
    struct text complaints;

    text_init_heap(&complaints);
    int error = replay_machine_load(&replay->machine, &choice, &complaints);
    if (complaints.length)
        (void)fputs(complaints.data, stderr);
    text_done(&complaints);
    if (!error && replay->machine.settings) {
        const struct gateway_settings *gateway = &replay->machine.settings->gateway;
        replay->place = (struct place){gateway->id, gateway->enterprise, gateway->site,
                                       gateway->area};
    }
    return error;
}

/* Negative when --input-format names nothing known. */
static int find_format(const struct replay *replay, size_t i)
{
    if (replay->arguments.inputs[i].is_measurements)
        return INPUT_MEASUREMENTS;
    if (replay->arguments.format)
        return code_find(input_format_names, replay->arguments.format);
    return (int)guess_format(replay->arguments.inputs[i].path);
}

static int open_input(struct replay *replay, size_t i)
{
    int format = find_format(replay, i);
    const struct input_options options = {
        .path = replay->arguments.inputs[i].path,
        .format = (enum input_format)format,
        .mapping = replay->machine.mapping,
        .rules = replay->machine.rules,
        .rule_count = replay->machine.rule_count,
    };
    char sentence[256] = "--input-format is tape, shdr or csv";
    int error = format < 0 ? -EINVAL : input_open(&options, &replay->inputs[i], sentence);

    if (error)
        (void)fprintf(stderr, "spindlectl: %s\n", sentence);
    return error;
}

static int open_inputs(struct replay *replay)
{
    int error = 0;

    for (size_t i = 0; !error && i < replay->arguments.count; i++)
        error = open_input(replay, i);
    return error;
}

static int read_run(struct replay *replay)
{
    char sentence[160];

    if (!replay->arguments.run ||
        replay_run_read(replay->arguments.run, &replay->run, sentence) == 0)
        return 0;
    (void)fprintf(stderr, "spindlectl: %s\n", sentence);
    return -EINVAL;
}

static int create_tracker(const struct replay *replay, struct tracker **ret_tracker)
{
    const struct replay_machine *machine = &replay->machine;
    const struct machine_settings *settings = machine->machine;
    struct tracker_options options = {.cell = machine->cell, .machine = machine->name};

    if (settings) {
        options.cycle = settings->cycle;
        options.tools = settings->tools;
        options.thermal = settings->thermal;
        options.kpi = settings->kpi;
        options.quality = settings->quality;
        options.calendar = machine->settings->calendar;
        options.parts = machine->settings->parts;
        options.part_count = machine->settings->part_count;
    }
    return tracker_create(&options, ret_tracker);
}

/* Returns 0, or -EIO when an input could not be read to its end. */
static int report_oddities(const struct replay *replay)
{
    char sentence[512];
    int error = 0;

    for (size_t i = 0; i < replay->arguments.count; i++) {
        input_describe(replay->inputs[i], sentence);
        if (*sentence)
            (void)fprintf(stderr, "spindlectl: %s: %s\n",
                          replay->arguments.inputs[i].path, sentence);
        if (!input_is_whole(replay->inputs[i]))
            error = -EIO;
    }
    return error;
}

static int write_output(struct replay *replay)
{
    bool is_standard =
        !replay->arguments.output || strcmp(replay->arguments.output, "-") == 0;
    FILE *file = is_standard ? stdout : fopen(replay->arguments.output, "we");
    int error = file ? output_write(replay->output, file) : -errno;

    if (file && !is_standard && fclose(file) && !error)
        error = -errno;
    if (error)
        (void)fprintf(stderr, "spindlectl: cannot write the records: %s\n",
                      strerror(-error));
    return error;
}

static int play(struct replay *replay)
{
    struct record_sink out = {.owner = replay, .append = on_record};
    struct player player = {.out = &out,
                            .run = replay->arguments.run ? &replay->run : NULL};
    int error = create_tracker(replay, &player.tracker);

    if (error)
        return error;
    player_play(&player, replay->inputs, replay->arguments.count);
    player_finish(&player);
    tracker_destroy(player.tracker);
    int lost = report_oddities(replay);
    error = replay->error ? replay->error : write_output(replay);
    return error ? error : lost;
}

static enum exit_status run_replay(int argc, char **argv)
{
    struct replay *replay = calloc(1, sizeof(*replay));
    int error = -ENOMEM;

    if (!replay)
        return EXIT_FAILED;
    replay->place =
        (struct place){.gateway = "", .enterprise = "", .site = "", .area = ""};
    replay->arguments.is_json = common_options.json;
    if (replay_arguments_read(&replay->arguments, argc, argv) || read_run(replay)) {
        free(replay);
        return EXIT_USAGE;
    }
    text_init_heap(&replay->line);
    error = output_create(OUTPUT_MEMORY, &replay->output);
    if (!error)
        error = load_machine(replay);
    if (!error)
        error = open_inputs(replay);
    if (!error)
        error = play(replay);

    for (size_t i = 0; i < replay->arguments.count; i++)
        input_close(replay->inputs[i]);
    output_destroy(replay->output);
    text_done(&replay->line);
    replay_machine_done(&replay->machine);
    free(replay);
    return error ? EXIT_FAILED : EXIT_DONE;
}

const struct command commands_replay[] = {
    {.name = "replay",
     .arguments =
         "[--config FILE] [--machine NAME] [--devices FILE] [--device NAME]\n"
         "       [--run part=…,stage=…] [--measurements FILE] [--output FILE|-]\n"
         "       [--format lp|json] [--input-format tape|shdr|csv] INPUT…", .help = "play recordings through the analytics in virtual time",
     .example = "spindlectl replay --config spindled.yaml --machine vmc-3 shift.shdr",
     .run = run_replay},
    {.name = NULL},
};
