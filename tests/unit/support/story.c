/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/story.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_NS INT64_C(1767225600000000000)

static const struct {
    const char *name, *execution;
} words[] = {
    {"ACTIVE",            "run"  },
    {"READY",             "idle" },
    {"STOPPED",           "idle" },
    {"PROGRAM_COMPLETED", "done" },
    {"COMPLETED",         "done" },
    {"FEED_HOLD",         "hold" },
    {"INTERRUPTED",       "hold" },
    {"OPTIONAL_STOP",     "ostop"},
    {"PROGRAM_STOPPED",   "pstop"},
    {"UNAVAILABLE",       ""     },
};

struct moment story_moment(double seconds)
{
    int64_t ns = llround(seconds * 1e9);

    return (struct moment){.mono_ns = ns + NS_PER_HOUR, .wall_ns = START_NS + ns};
}

static void check_closure(const struct record *record)
{
    const struct cycle_record *cycle = &record->cycle;
    double sum = cycle->cut + cycle->noncut + cycle->tchg + cycle->probe + cycle->aux +
                 cycle->hold + cycle->ostop + cycle->pstop + cycle->wait + cycle->unknown;
    double idle = cycle->hold + cycle->ostop + cycle->pstop + cycle->wait;

    if (isnan(cycle->ct))
        return; /* counter only: there is no cycle time to account for */
    assert(fabs(sum - cycle->ct) < 1e-3);
    assert(fabs(cycle->net + idle + cycle->unknown - cycle->ct) < 1e-3);
    assert(cycle->cut >= 0 && cycle->noncut >= 0 && cycle->tchg >= 0);
    assert(cycle->ct >= 0);
}

static void on_record(void *owner, const struct record *record)
{
    struct story *story = owner;

    assert(story->count < STORY_RECORDS);
    if (record->kind == RECORD_CYCLE)
        check_closure(record);
    story->records[story->count++] = *record;
}

static struct record_sink sink_of(struct story *story)
{
    return (struct record_sink){story, on_record};
}

void story_init(struct story *story)
{
    memset(story, 0, sizeof(*story));
    cycle_options_init(&story->cycle);
    story->records = calloc(STORY_RECORDS, sizeof(*story->records));
    assert(story->records);
    story->now = story_moment(0);
}

void story_begin(struct story *story)
{
    if (story->tracker)
        return;
    story->options.cell = "a";
    story->options.machine = "vmc-1";
    story->options.cycle = &story->cycle;
    int error = tracker_create(&story->options, &story->tracker);
    assert(error == 0);
}

void story_done(struct story *story)
{
    tracker_destroy(story->tracker);
    free(story->records);
}

void story_restart(struct story *story)
{
    struct text text;
    int error;

    text_init_heap(&text);
    tracker_save(story->tracker, &text);
    assert(!text.failed);
    tracker_destroy(story->tracker);
    story->tracker = NULL;
    story_begin(story);
    error = tracker_restore(story->tracker, text.data, text.length);
    assert(error == 0);
    text_done(&text);
}

static void pass_time(struct story *story, struct moment until)
{
    const struct record_sink sink = sink_of(story);
    const int64_t step = story->tick_every_ms * NS_PER_MS;

    while (step && story->now.mono_ns + step < until.mono_ns) {
        story->now = moment_plus(story->now, step);
        tracker_advance(story->tracker, story->now, &sink);
    }
    story->now = until;
}

void story_wait(struct story *story, double until_seconds)
{
    const struct record_sink sink = sink_of(story);

    story_begin(story);
    pass_time(story, story_moment(until_seconds));
    tracker_advance(story->tracker, story->now, &sink);
}

void story_observe(struct story *story, const struct sample *sample)
{
    const struct record_sink sink = sink_of(story);

    story_begin(story);
    pass_time(story, sample->at);
    if (story->save_every && ++story->observed % story->save_every == 0)
        story_restart(story);
    tracker_observe(story->tracker, sample, &sink);
}

void story_say(struct story *story, const struct statement *statement)
{
    const struct record_sink sink = sink_of(story);

    story_begin(story);
    tracker_tell(story->tracker, statement, &sink);
}

static const char *translate(const char *value)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i].name, value) == 0)
            return words[i].execution;
    return value;
}

void story_show(struct story *story, double seconds, const char *signal,
                const char *value)
{
    char place[SIGNAL_NAME_MAX], sentence[160];
    struct sample_reading reading;
    struct sample sample = {.place = place,
                            .at = story_moment(seconds),
                            .uncertainty_ns = story->uncertainty_ns};
    int error = signal_parse(signal, &sample.signal, &sample.path, place, sentence);

    assert(error == 0);
    if (sample.signal == SIGNAL_EXECUTION)
        value = translate(value);
    if (sample.signal == SIGNAL_TOOL && strcmp(value, "-") == 0) {
        sample.quality = QUALITY_GOOD;
        sample.value = (struct value){.kind = VALUE_TEXT, .text = ""};
    } else if (sample.signal == SIGNAL_CONDITION) {
        static struct condition condition;
        condition =
            (struct condition){strcmp(value, "normal") == 0 ? LEVEL_NORMAL : LEVEL_FAULT,
                               "",
                               strcmp(value, "normal") == 0 ? "" : value,
                               "",
                               "",
                               ""};
        sample.quality = QUALITY_GOOD;
        sample.value = (struct value){.kind = VALUE_CONDITION, .condition = &condition};
    } else {
        error = sample_read_value(&sample, value, &reading);
        assert(error == 0);
    }
    story_observe(story, &sample);
}

void story_tell(struct story *story, const char *lines)
{
    char line[256], signal[100], value[100];

    story_begin(story);
    while (*lines) {
        size_t length = strcspn(lines, ";\n");
        double seconds;

        snprintf(line, sizeof(line), "%.*s", (int)length, lines);
        lines += length + (lines[length] != '\0');
        value[0] = '\0';
        if (sscanf(line, " %lf %99s %99s", &seconds, signal, value) < 2)
            continue;
        if (strcmp(signal, "tick") == 0)
            story_wait(story, seconds);
        else if (strcmp(signal, "save") == 0)
            story_restart(story);
        else
            story_show(story, seconds, signal, value);
    }
}

static bool is_same_point(const struct record *a, const struct record *b)
{
    return a->kind == b->kind && a->wall_ns == b->wall_ns && a->path == b->path &&
           (a->kind != RECORD_EVENT || strcmp(a->event.code, b->event.code) == 0);
}

/* A point is written again when more is known: only its last form counts. */
static bool is_last(const struct story *story, size_t index)
{
    for (size_t i = index + 1; i < story->count; i++)
        if (is_same_point(&story->records[i], &story->records[index]))
            return false;
    return true;
}

const struct record *story_find(const struct story *story, enum record_kind kind,
                                size_t index)
{
    for (size_t i = 0; i < story->count; i++)
        if (story->records[i].kind == kind && is_last(story, i) && index-- == 0)
            return &story->records[i];
    return NULL;
}

size_t story_count(const struct story *story, enum record_kind kind)
{
    size_t count = 0;

    while (story_find(story, kind, count))
        count++;
    return count;
}

const struct record *story_event(const struct story *story, const char *code,
                                 size_t index)
{
    for (size_t i = 0; i < story->count; i++)
        if (story->records[i].kind == RECORD_EVENT &&
            strcmp(story->records[i].event.code, code) == 0 && index-- == 0)
            return &story->records[i];
    return NULL;
}

char *story_print(const struct story *story)
{
    struct text text;

    text_init_heap(&text);
    text_add(&text, "");
    for (size_t i = 0; i < story->count; i++) {
        record_print_json(&story->records[i], &text);
        text_add_char(&text, '\n');
    }
    assert(!text.failed);
    return text.data;
}
