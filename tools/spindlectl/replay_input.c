/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_input.h"

#include "daemon/base/timeline.h"
#include "drivers/mtconnect/adapter_tools.h"
#include "drivers/mtconnect/shdr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const input_format_names[] = {"tape", "shdr", "csv", "measurements", NULL};

struct input {
    enum input_format format;
    const char *path;
    FILE *file;
    char *line;
    size_t capacity;
    int64_t line_number, refused, odd;
    char refusal[160]; /* the first */
    struct timeline timeline;
    struct placement placement; /* of the line that was read */
    struct mapping *mapping;
    struct shdr *shdr;
    struct adapter_tools *tools;
    struct csv *csv;
    struct tape_names *names;
    const struct input_sink *sink; /* while playing */
};

static bool read_line(struct input *input)
{
    ssize_t length = getline(&input->line, &input->capacity, input->file);

    if (length < 0)
        return false;
    input->line_number++;
    while (length && strchr("\r\n", input->line[length - 1]))
        input->line[--length] = '\0';
    return true;
}

static void refuse(struct input *input, const char *sentence)
{
    if (!input->refused++)
        (void)snprintf(input->refusal, sizeof(input->refusal), "line %lld: %.100s",
                       (long long)input->line_number, sentence);
}

static void place(struct input *input, int64_t wall_ns)
{
    static const struct moment never = {0};

    input->placement = timeline_place(&input->timeline, wall_ns, never, true);
}

/* ---- SHDR ---- */

static void on_nothing(void *self, const struct observation *observation)
{
    (void)self;
    (void)observation;
}

/* A bare number is a scenario's: so many seconds after the line before. */
static bool place_stamp(struct input *input, const char *stamp, size_t length)
{
    char copy[64];
    int64_t wall_ns;
    size_t used;

    (void)snprintf(copy, sizeof(copy), "%.*s", (int)(length < 60 ? length : 60), stamp);
    if (moment_parse(copy, &wall_ns) > 0)
        place(input, wall_ns);
    else if (tape_read_time(copy, &wall_ns, &used) == 0)
        place(input, input->timeline.stamp_ns + wall_ns);
    else
        input->placement.is_suspect = true; /* as agents do: it is now */
    return true;
}

static bool next_shdr(struct input *input)
{
    static const struct shdr_sink nobody = {.observe = on_nothing};

    while (read_line(input)) {
        size_t length = shdr_find_stamp(input->shdr, input->line);
        if (length || *input->line == '|')
            return place_stamp(input, input->line, length);
        shdr_read_line(input->shdr, input->line, &nobody);
    }
    return false;
}

static void on_sample(void *self, const struct sample *sample)
{
    struct input *input = self;

    input->sink->emit(input->sink->owner, sample);
}

static uint16_t flags_of(const struct placement *placement)
{
    return (uint16_t)((placement->is_suspect ? SAMPLE_CLOCK : 0) |
                      (placement->is_jump ? SAMPLE_JUMP : 0));
}

static void on_observation(void *self, const struct observation *observation)
{
    struct input *input = self;
    struct hearing hearing = {.at = input->placement.at,
                              .flags = flags_of(&input->placement)};
    struct mapping_sink sink = {.owner = input, .emit = on_sample};

    (void)mapping_apply(input->mapping, observation, &hearing, &sink);
}

/* Assets have old stamps by nature: they hold from when they were told. */
static void on_asset(void *self, const struct shdr_asset *asset)
{
    struct input *input = self;
    struct hearing hearing = {.at = input->placement.at};
    struct mapping_sink sink = {.owner = input, .emit = on_sample};

    (void)adapter_tools_change(input->tools, asset, &hearing, &sink);
}

static void play_shdr(struct input *input)
{
    struct shdr_sink sink = {
        .owner = input, .observe = on_observation, .change_asset = on_asset};

    shdr_read_line(input->shdr, input->line, &sink);
}

/* ---- tapes and tables ---- */

static bool next_tape(struct input *input)
{
    int64_t wall_ns;
    size_t length;

    while (read_line(input)) {
        const char *start = input->line + strspn(input->line, " \t");
        if (!*start || *start == '#' || strncmp(start, "spindled-tape", 13) == 0)
            continue;
        if (tape_read_time(start, &wall_ns, &length)) {
            refuse(input, "it does not begin with a time");
            continue;
        }
        place(input, wall_ns);
        return true;
    }
    return false;
}

static bool next_row(struct input *input)
{
    int64_t wall_ns;

    while (read_line(input)) {
        if (!*input->line)
            continue;
        if (csv_read_time(input->csv, input->line, &wall_ns)) {
            refuse(input, "its time is neither RFC 3339 nor seconds");
            continue;
        }
        place(input, wall_ns);
        return true;
    }
    return false;
}

static void play_tape(struct input *input)
{
    struct tape_sink sink = {.owner = input, .emit = on_sample};
    char sentence[160];

    if (tape_read(input->line, input->placement.at, input->names, &sink, sentence))
        refuse(input, sentence);
}

static void play_row(struct input *input)
{
    struct tape_sink sink = {.owner = input, .emit = on_sample};

    input->odd += csv_read(input->csv, input->line, input->placement.at, &sink);
}

static void play_measurement(struct input *input)
{
    struct statement statement = {.at = input->placement.at, .who = "replay"};
    char sentence[160];

    if (csv_read_measurement(input->csv, input->line, &statement, sentence))
        refuse(input, sentence);
    else
        input->sink->tell(input->sink->owner, &statement);
}

struct format {
    bool (*next)(struct input *input);
    void (*play)(struct input *input);
};

static const struct format formats[INPUT_FORMATS] = {
    [INPUT_TAPE] = {next_tape, play_tape       },
    [INPUT_SHDR] = {next_shdr, play_shdr       },
    [INPUT_CSV] = {next_row,  play_row        },
    [INPUT_MEASUREMENTS] = {next_row,  play_measurement},
};

static int prepare(struct input *input, const struct input_options *options,
                   char reterr_sentence[256])
{
    char sentence[160] = "it is empty";
    int error = -EINVAL;

    switch (options->format) {
    case INPUT_TAPE:
        return tape_names_create(&input->names);
    case INPUT_SHDR:
        if (options->mapping)
            return adapter_tools_create(&input->tools)
                       ? -ENOMEM
                       : shdr_create(options->mapping, &input->shdr);
        (void)snprintf(sentence, sizeof(sentence),
                       "its keys need a Devices.xml: mtconnect.devices or --devices");
        break;
    case INPUT_CSV:
        if (read_line(input))
            error = csv_create(input->line, options->rules, options->rule_count,
                               &input->csv, sentence);
        break;
    case INPUT_MEASUREMENTS:
        if (read_line(input))
            error = csv_create_measurements(input->line, &input->csv, sentence);
        break;
    case INPUT_FORMATS:
        break;
    }
    if (error)
        (void)snprintf(reterr_sentence, 256, "%.80s: %s", options->path, sentence);
    return error;
}

int input_open(const struct input_options *options, struct input **ret_input,
               char reterr_sentence[256])
{
    struct input *input = calloc(1, sizeof(*input));

    (void)snprintf(reterr_sentence, 256, "%.80s: out of memory", options->path);
    if (!input)
        return -ENOMEM;
    input->format = options->format;
    input->path = options->path;
    input->mapping = options->mapping;
    timeline_init(&input->timeline, true);
    input->file = strcmp(options->path, "-") == 0 ? stdin : fopen(options->path, "re");
    int error = input->file ? 0 : -errno;
    if (error)
        (void)snprintf(reterr_sentence, 256, "%.80s: %s", options->path,
                       strerror(-error));
    else
        error = prepare(input, options, reterr_sentence);
    if (error) {
        input_close(input);
        return error;
    }
    *ret_input = input;
    return 0;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->file && input->file != stdin)
        (void)fclose(input->file);
    shdr_destroy(input->shdr);
    adapter_tools_destroy(input->tools);
    csv_destroy(input->csv);
    tape_names_destroy(input->names);
    free(input->line);
    free(input);
}

bool input_next(struct input *input)
{
    return formats[input->format].next(input);
}

struct moment input_moment(const struct input *input)
{
    return input->placement.at;
}

void input_play(struct input *input, const struct input_sink *sink)
{
    input->sink = sink;
    formats[input->format].play(input);
    input->sink = NULL;
}

void input_describe(const struct input *input, char ret_sentence[256])
{
    struct text text;

    text_init_fixed(&text, ret_sentence, 256);
    if (input->refused)
        text_add_format(&text, "%lld lines not understood (%s); ",
                        (long long)input->refused, input->refusal);
    if (input->odd)
        text_add_format(&text, "%lld cells that are no value; ", (long long)input->odd);
    if (input->csv && input->format != INPUT_MEASUREMENTS && csv_ignored(input->csv))
        text_add_format(&text, "%zu columns without a signal; ", csv_ignored(input->csv));
    if (input->timeline.jumps)
        text_add_format(&text, "the clock jumped back %lld times; ",
                        (long long)input->timeline.jumps);
    if (input->shdr) {
        struct shdr_counts counts = shdr_count(input->shdr);
        if (counts.unknown)
            text_add_format(&text, "%lld values of keys that the device does not have; ",
                            (long long)counts.unknown);
        if (counts.cut)
            text_add_format(&text, "%lld lines cut short; ", (long long)counts.cut);
    }
    if (text.length > 2 && !text.failed)
        ret_sentence[text.length - 2] = '\0';
}
