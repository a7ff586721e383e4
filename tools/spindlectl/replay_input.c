/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_input.h"

#include "daemon/base/timeline.h"
#include "drivers/mtconnect/adapter_tools.h"
#include "drivers/mtconnect/shdr.h"
#include "tools/spindlectl/replay_lines.h"
#include "tools/spindlectl/replay_oddity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const input_format_names[] = {"tape", "shdr", "csv", "measurements", NULL};

/* Numbers from here on are times, not seconds after the line before. */
#define SCENARIO_NS (100000000 * NS_PER_S)

struct input {
    enum input_format format;
    const char *path;
    struct replay_lines *lines;
    char *line;
    bool has_played;
    struct oddity refused, torn, valueless, uneven, stampless;
    struct timeline timeline;
    struct placement placement; /* of the line that was read */
    struct mapping *mapping;
    struct shdr *shdr;
    struct adapter_tools *tools;
    struct csv *csv;
    struct tape_names *names;
    const struct input_sink *sink; /* while playing */
};

static void note(const struct input *input, struct oddity *oddity, const char *what)
{
    oddity_note(oddity, replay_lines_number(input->lines), what);
}

static bool read_line(struct input *input)
{
    input->line = replay_lines_next(input->lines);
    if (!input->line)
        return false;
    if (replay_lines_is_torn(input->lines))
        note(input, &input->torn, "");
    return true;
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

/* What is no time is taken for now, as agents do; false while there is no now. */
static bool place_unknown(struct input *input, const char *stamp)
{
    char sentence[96];

    input->placement.is_suspect = true;
    if (*stamp || !input->timeline.has_stamp) {
        (void)snprintf(sentence, sizeof(sentence), "'%s'", stamp);
        note(input, &input->stampless, sentence);
    }
    return input->timeline.has_stamp;
}

/* A small bare number is a scenario's: so many seconds after the line before. */
static bool place_stamp(struct input *input, const char *stamp, size_t length)
{
    char copy[64];
    int64_t wall_ns;

    (void)snprintf(copy, sizeof(copy), "%.*s", (int)(length < 60 ? length : 60), stamp);
    if (tape_read_stamp(copy, 0, &wall_ns))
        return place_unknown(input, copy);
    if (wall_ns < SCENARIO_NS && strspn(copy, "0123456789. ") == strlen(copy))
        wall_ns += input->timeline.stamp_ns;
    place(input, wall_ns);
    return true;
}

static bool next_shdr(struct input *input)
{
    static const struct shdr_sink nobody = {.observe = on_nothing};

    while (read_line(input)) {
        size_t length = shdr_find_stamp(input->shdr, input->line);
        if ((length || *input->line == '|') && place_stamp(input, input->line, length))
            return true;
        if (!length && input->timeline.has_stamp)
            return true; /* an asset: it is played at the moment of the line before */
        shdr_read_line(input->shdr, input->line, &nobody);
    }
    return false;
}

static void on_sample(void *self, const struct sample *sample)
{
    struct input *input = self;
    char name[SIGNAL_NAME_MAX];

    if (input->format != INPUT_TAPE &&
        (sample->why == WHY_NOT_A_NUMBER || sample->why == WHY_OUT_OF_RANGE)) {
        signal_print(sample, name);
        note(input, &input->valueless, name);
    }
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
            note(input, &input->refused, "it does not begin with a time");
            continue;
        }
        place(input, wall_ns);
        return true;
    }
    return false;
}

static bool next_row(struct input *input)
{
    char sentence[160];
    int64_t wall_ns;

    while (read_line(input)) {
        if (!*input->line)
            continue;
        if (csv_read_time(input->csv, input->line, &wall_ns, sentence)) {
            note(input, &input->refused, sentence);
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
        note(input, &input->refused, sentence);
}

static void play_row(struct input *input)
{
    struct tape_sink sink = {.owner = input, .emit = on_sample};

    if (csv_read(input->csv, input->line, input->placement.at, &sink))
        note(input, &input->uneven, "");
}

static void play_measurement(struct input *input)
{
    struct statement statement = {.at = input->placement.at, .who = "replay"};
    char sentence[160];

    if (csv_read_measurement(input->csv, input->line, &statement, sentence))
        note(input, &input->refused, sentence);
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

static int read_table_header(struct input *input, const struct input_options *options,
                             char reterr_sentence[160])
{
    struct text names;
    char array[88];
    int error = csv_create(input->line, options->rules, options->rule_count, &input->csv,
                           reterr_sentence);

    if (error || csv_signals(input->csv))
        return error;
    text_init_fixed(&names, array, sizeof(array));
    csv_tell_ignored(input->csv, &names);
    (void)snprintf(reterr_sentence, 160,
                   "none of its columns is a signal (%s); tell "
                   "them in columns: of the machine",
                   array);
    return -EINVAL;
}

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
            error = read_table_header(input, options, sentence);
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
    char sentence[160];

    (void)snprintf(reterr_sentence, 256, "%.80s: out of memory", options->path);
    if (!input)
        return -ENOMEM;
    input->format = options->format;
    input->path = options->path;
    input->mapping = options->mapping;
    timeline_init(&input->timeline, true);
    int error = replay_lines_open(options->path, &input->lines, sentence);
    if (error)
        (void)snprintf(reterr_sentence, 256, "%.80s: %s", options->path, sentence);
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
    replay_lines_close(input->lines);
    shdr_destroy(input->shdr);
    adapter_tools_destroy(input->tools);
    csv_destroy(input->csv);
    tape_names_destroy(input->names);
    free(input);
}

bool input_next(struct input *input)
{
    bool has_line = formats[input->format].next(input);

    input->has_played = input->has_played || has_line;
    return has_line;
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

static void describe_shdr(const struct shdr *shdr, struct text *text)
{
    const struct shdr_counts counts = shdr_count(shdr);
    struct oddity unknown = {.count = counts.unknown, .line = counts.unknown_line};
    const struct oddity cut = {.count = counts.cut, .line = counts.cut_line};
    const struct oddity broken = {.count = counts.broken_assets,
                                  .line = counts.broken_line};

    (void)text_copy(unknown.first, sizeof(unknown.first), counts.unknown_key);
    oddity_tell(&unknown, "value of a key that the device does not have",
                "values of keys that the device does not have", text);
    oddity_tell(&cut, "line cut short", "lines cut short", text);
    oddity_tell(&broken, "asset without an end", "assets without an end", text);
}

void input_describe(const struct input *input, char ret_sentence[512])
{
    struct text text;

    text_init_fixed(&text, ret_sentence, 512);
    if (replay_lines_trouble(input->lines))
        text_add_format(&text, "it ends in the middle, after line %lld: %s; ",
                        (long long)replay_lines_number(input->lines),
                        replay_lines_trouble(input->lines));
    if (!input->has_played)
        text_add(&text, "nothing in it has a time; ");
    oddity_tell(&input->refused, "line not understood", "lines not understood", &text);
    oddity_tell(&input->stampless, "stamp that is no time", "stamps that are no time",
                &text);
    oddity_tell(&input->torn, "line with zero bytes", "lines with zero bytes", &text);
    oddity_tell(&input->uneven, "row with cells missing or too many",
                "rows with cells missing or too many", &text);
    oddity_tell(&input->valueless, "value that is none", "values that are none", &text);
    if (input->csv && input->format != INPUT_MEASUREMENTS && csv_ignored(input->csv)) {
        text_add_format(&text, "%zu column%s without a signal (", csv_ignored(input->csv),
                        csv_ignored(input->csv) == 1 ? "" : "s");
        csv_tell_ignored(input->csv, &text);
        text_add(&text, "); ");
    }
    if (input->timeline.jumps)
        text_add_format(&text, "the clock jumped back %lld times; ",
                        (long long)input->timeline.jumps);
    if (input->shdr)
        describe_shdr(input->shdr, &text);
    if (text.length > 2 && !text.failed)
        ret_sentence[text.length - 2] = '\0';
}

bool input_is_whole(const struct input *input)
{
    return !replay_lines_trouble(input->lines);
}
