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

static void segment_print(struct json *json, const struct segment_truth *segment,
                          int64_t cycle_from_ns)
{
    json_begin_object(json, NULL);
    json_string(json, "tool", segment->tool);
    json_number(json, "from", seconds_of(segment->from_ns - cycle_from_ns));
    json_number(json, "to", seconds_of(segment->to_ns - cycle_from_ns));
    json_number(json, "cut", seconds_of(segment->cut_ns));
    json_number(json, "net_load",
                segment->samples ? segment->load_sum / (double)segment->samples : 0);
    json_integer(json, "life_no", segment->life_no);
    json_integer(json, "age", segment->age);
    json_number(json, "wear", segment->wear);
    json_end_object(json);
}

static void cycle_print(struct json *json, const struct cycle_truth *cycle, int64_t start)
{
    json_integer(json, "cycle", cycle->number);
    json_string(json, "program", cycle->program);
    json_time(json, "started", start + cycle->from_ns);
    json_integer(json, "started_ns", start + cycle->from_ns);
    json_integer(json, "ended_ns", start + cycle->to_ns);
    json_number(json, "ct", seconds_of(cycle->to_ns - cycle->from_ns));
    json_number(json, "ct100", seconds_of(cycle->ct100_ns));
    json_string(json, "class", cycle->outcome);
    json_string(json, "kind", cycle->kind);
    json_integer(json, "parts", cycle->parts);
    json_flag(json, "scrap", cycle->scrap);
    for (int i = 0; i < BUCKET_COUNT; i++)
        json_number(json, bucket_names[i], seconds_of(cycle->buckets[i]));
    json_begin_array(json, "segments");
    for (size_t i = 0; i < cycle->segment_count; i++)
        segment_print(json, &cycle->segments[i], cycle->from_ns);
    json_end_array(json);
}

static void measurement_print(struct json *json, const struct measurement_truth *measured)
{
    json_string(json, "feature", measured->feature);
    json_number(json, "value", measured->value);
    json_number(json, "wear_um", measured->wear_um);
    json_number(json, "heat_um", measured->heat_um);
    json_number(json, "lot_um", measured->lot_um);
    json_number(json, "fixture_um", measured->fixture_um);
    json_number(json, "noise_um", measured->noise_um);
    json_integer(json, "cycle", measured->cycle);
}

static void event_print(struct json *json, const struct event_truth *event)
{
    json_string(json, "event", event->event);
    if (event->text[0])
        json_string(json, "text", event->text);
    json_number(json, "value", event->value);
    json_number(json, "for", event->seconds);
}

void truth_print(const struct truth *truth, int64_t start_wall_ns, struct text *text)
{
    struct json json;

    json_init(&json, text);
    json_begin_object(&json, NULL);
    json_time(&json, "t", start_wall_ns + truth->at_ns);
    json_number(&json, "at", seconds_of(truth->at_ns));
    json_string(&json, "machine", truth->machine);
    json_string(&json, "truth", truth_names[truth->kind]);
    switch (truth->kind) {
    case TRUTH_CYCLE_START:
        json_integer(&json, "cycle", truth->cycle->number);
        json_string(&json, "program", truth->cycle->program);
        json_string(&json, "kind", truth->cycle->kind);
        break;
    case TRUTH_CYCLE:
        cycle_print(&json, truth->cycle, start_wall_ns);
        break;
    case TRUTH_MEASUREMENT:
        measurement_print(&json, truth->measurement);
        break;
    case TRUTH_EVENT:
        event_print(&json, truth->event);
        break;
    case TRUTH_HEAT:
        json_number(&json, "spindle", truth->heat->spindle_celsius);
        json_number(&json, "column", truth->heat->column_celsius);
        json_number(&json, "growth", truth->heat->growth);
        break;
    }
    json_end_object(&json);
    text_add_char(text, '\n');
}
