/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/truth.h"

#include "daemon/base/json.h"
#include "daemon/base/moment.h"

const char *const bucket_names[BUCKET_COUNT] = {
    "cut", "noncut", "tchg", "probe", "aux", "hold", "ostop", "pstop", "wait",
};

static const char *const truth_names[] = {
    [TRUTH_CYCLE_START] = "cycle_start",
    [TRUTH_CYCLE] = "cycle",
    [TRUTH_MEASUREMENT] = "measurement",
    [TRUTH_EVENT] = "event",
    [TRUTH_HEAT] = "heat",
};

static double seconds_of(int64_t ns)
{
    return (double)ns / 1e9;
}

static void segment_print(struct writer *writer, const struct segment_truth *segment,
                          int64_t cycle_from_ns)
{
    writer_begin_object(writer, NULL);
    writer_string(writer, "tool", segment->tool);
    writer_number(writer, "from", seconds_of(segment->from_ns - cycle_from_ns));
    writer_number(writer, "to", seconds_of(segment->to_ns - cycle_from_ns));
    writer_number(writer, "cut", seconds_of(segment->cut_ns));
    writer_number(writer, "net_load",
                  segment->samples ? segment->load_sum / (double)segment->samples : 0);
    writer_integer(writer, "life_no", segment->life_no);
    writer_integer(writer, "age", segment->age);
    writer_number(writer, "wear", segment->wear);
    writer_end_object(writer);
}

static void cycle_print(struct writer *writer, const struct cycle_truth *cycle,
                        int64_t start)
{
    writer_integer(writer, "cycle", cycle->number);
    writer_string(writer, "program", cycle->program);
    writer_time(writer, "started", start + cycle->from_ns);
    writer_integer(writer, "started_ns", start + cycle->from_ns);
    writer_integer(writer, "ended_ns", start + cycle->to_ns);
    writer_number(writer, "ct", seconds_of(cycle->to_ns - cycle->from_ns));
    writer_number(writer, "ct100", seconds_of(cycle->ct100_ns));
    writer_string(writer, "class", cycle->outcome);
    writer_string(writer, "kind", cycle->kind);
    writer_integer(writer, "parts", cycle->parts);
    writer_flag(writer, "scrap", cycle->scrap);
    for (int i = 0; i < BUCKET_COUNT; i++)
        writer_number(writer, bucket_names[i], seconds_of(cycle->buckets[i]));
    writer_begin_array(writer, "segments");
    for (size_t i = 0; i < cycle->segment_count; i++)
        segment_print(writer, &cycle->segments[i], cycle->from_ns);
    writer_end_array(writer);
}

static void measurement_print(struct writer *writer,
                              const struct measurement_truth *measured)
{
    writer_string(writer, "feature", measured->feature);
    writer_number(writer, "value", measured->value);
    writer_number(writer, "wear_um", measured->wear_um);
    writer_number(writer, "heat_um", measured->heat_um);
    writer_number(writer, "lot_um", measured->lot_um);
    writer_number(writer, "fixture_um", measured->fixture_um);
    writer_number(writer, "noise_um", measured->noise_um);
    writer_integer(writer, "cycle", measured->cycle);
}

static void event_print(struct writer *writer, const struct event_truth *event)
{
    writer_string(writer, "event", event->event);
    if (event->text[0])
        writer_string(writer, "text", event->text);
    writer_number(writer, "value", event->value);
    writer_number(writer, "for", event->seconds);
}

void truth_print(const struct truth *truth, int64_t start_wall_ns, struct text *text)
{
    struct writer writer;

    writer_init(&writer, text);
    writer_begin_object(&writer, NULL);
    writer_time(&writer, "t", start_wall_ns + truth->at_ns);
    writer_number(&writer, "at", seconds_of(truth->at_ns));
    writer_string(&writer, "machine", truth->machine);
    writer_string(&writer, "truth", truth_names[truth->kind]);
    switch (truth->kind) {
    case TRUTH_CYCLE_START:
        writer_integer(&writer, "cycle", truth->cycle->number);
        writer_string(&writer, "program", truth->cycle->program);
        writer_string(&writer, "kind", truth->cycle->kind);
        break;
    case TRUTH_CYCLE:
        cycle_print(&writer, truth->cycle, start_wall_ns);
        break;
    case TRUTH_MEASUREMENT:
        measurement_print(&writer, truth->measurement);
        break;
    case TRUTH_EVENT:
        event_print(&writer, truth->event);
        break;
    case TRUTH_HEAT:
        writer_number(&writer, "spindle", truth->heat->spindle_celsius);
        writer_number(&writer, "column", truth->heat->column_celsius);
        writer_number(&writer, "growth", truth->heat->growth);
        break;
    }
    writer_end_object(&writer);
    text_add_char(text, '\n');
}
