/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/segments.h"

#include <math.h>
#include <string.h>

#define LOAD_BIN_WIDTH 4.0

static uint32_t hash(const char *text)
{
    uint32_t sum = UINT32_C(2166136261);

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(16777619);
    return sum;
}

static int64_t count_visit(struct segments *segments, const char *tool)
{
    uint32_t sum = hash(tool);

    for (uint32_t i = 0; i < segments->visit_count; i++)
        if (segments->visits[i].tool == sum)
            return segments->visits[i].times++;
    if (segments->visit_count < SEGMENT_TOOLS)
        segments->visits[segments->visit_count++] = (struct segment_visit){sum, 1};
    return 0;
}

static void open_segment(struct segments *segments, const char *tool, struct moment at,
                         const struct segment_clocks *clocks)
{
    segments->is_open = true;
    segments->is_blank = false;
    (void)text_copy(segments->tool, sizeof(segments->tool), tool);
    segments->at = at;
    segments->from = *clocks;
    segments->seg = count_visit(segments, tool);
    segments->energy = segments->load_sum = segments->load_s = 0;
    segments->speed_sum = segments->speed_s = 0;
    segments->load_peak = NAN;
    segments->sampled_ns = at.mono_ns;
    memset(segments->load_bins, 0, sizeof(segments->load_bins));
}

void segments_begin(struct segments *segments, const char *tool, bool is_empty,
                    struct moment at, const struct segment_clocks *clocks)
{
    double load = segments->load, speed = segments->speed;

    memset(segments, 0, sizeof(*segments));
    segments->load = load;
    segments->speed = speed;
    segments->is_blank = is_empty;
    if (is_empty) {
        (void)text_copy(segments->tool, sizeof(segments->tool), tool);
        segments->blank_at = at;
        segments->blank_from = *clocks;
    } else if (*tool) {
        open_segment(segments, tool, at, clocks);
    }
}

static void forget_visit(struct segments *segments)
{
    uint32_t sum = hash(segments->tool);

    for (uint32_t i = 0; i < segments->visit_count; i++)
        if (segments->visits[i].tool == sum && segments->visits[i].times > 0)
            segments->visits[i].times--;
    segments->is_open = false;
}

void segments_empty(struct segments *segments)
{
    if (!segments->is_open)
        return;
    if (!segments->is_blank) {
        segments->blank_at = segments->at;
        segments->blank_from = segments->from;
    }
    segments->is_blank = true;
    forget_visit(segments);
    segments->tool[0] = '\0';
}

/* The tool that the cycle before left in the spindle, and that goes before it works. */
static bool is_left_over(const struct segments *segments,
                         const struct segment_cycle *cycle, struct moment until,
                         const struct segment_clocks *then)
{
    return segments->at.mono_ns <= cycle->start.mono_ns &&
           until.mono_ns - segments->at.mono_ns < NS_PER_S &&
           then->cut_ns == segments->from.cut_ns;
}

static double load_quantile(const struct segments *segments, double share)
{
    double below = 0;

    for (size_t i = 0; i < LOAD_BINS; i++) {
        double bin = (double)segments->load_bins[i];

        if (bin > 0 && below + bin >= share * segments->load_s)
            return fmin(((double)i + (share * segments->load_s - below) / bin) *
                            LOAD_BIN_WIDTH,
                        segments->load_peak);
        below += bin;
    }
    return segments->load_peak;
}

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

static void write_segment(const struct segments *segments, const struct outlet *outlet,
                          const struct segment_cycle *cycle, struct moment at,
                          const struct segment_clocks *until)
{
    const struct segment_clocks *from = &segments->from;
    struct record record;

    record_init(&record, RECORD_SEGMENT, at);
    outlet_stamp(outlet, &record);
    (void)text_copy(record.segment.tool, sizeof(record.segment.tool), segments->tool);
    record.segment.seg = segments->seg;
    record.segment.dur = moment_seconds(segments->at, at);
    record.segment.cut = seconds(until->cut_ns - from->cut_ns);
    record.segment.ovr_loss = (until->gain_ns - from->gain_ns) / 1e9;
    record.segment.offset = moment_seconds(cycle->start, segments->at);
    record.segment.tchg = segments->change_before_s;
    record.segment.cycle_no = cycle->cycle_no;
    record.segment.q = segments->is_uncertain ? 64 : 192;
    if (until->mean_ns > from->mean_ns)
        record.segment.fovr_mean =
            100 * (until->mean - from->mean) / (until->mean_ns - from->mean_ns);
    if (segments->load_s > 0) {
        record.segment.e_cut = segments->energy;
        record.segment.load_mean = segments->load_sum / segments->load_s;
        record.segment.load_p95 = load_quantile(segments, 0.95);
        record.segment.load_peak = segments->load_peak;
    }
    if (segments->speed_s > 0)
        record.segment.spd = segments->speed_sum / segments->speed_s;
    outlet_append(outlet, &record);
}

struct moment segments_since(const struct segments *segments)
{
    return segments->is_blank ? segments->blank_at : segments->at;
}

void segments_tool(struct segments *segments, const struct outlet *outlet,
                   const struct segment_cycle *cycle, const char *tool, struct moment at,
                   const struct segment_clocks *clocks)
{
    bool is_same = segments->is_open && strcmp(segments->tool, tool) == 0;

    if (!*tool) {
        if (segments->is_open && !segments->is_blank) {
            segments->is_blank = true;
            segments->blank_at = at;
            segments->blank_from = *clocks;
        }
        return;
    }
    if (is_same) {
        segments->is_blank = false;
        return;
    }
    segments->change_before_s = 0;
    if (!segments->is_open && strcmp(segments->tool, tool) == 0)
        segments->is_blank = false;
    if (segments->is_open || segments->is_blank) {
        struct moment until = segments->is_blank ? segments->blank_at : at;
        struct segment_clocks then = segments->is_blank ? segments->blank_from : *clocks;

        if (segments->is_open && is_left_over(segments, cycle, until, &then))
            forget_visit(segments);
        if (segments->is_open)
            write_segment(segments, outlet, cycle, until, &then);
        if (clocks->run_ns > then.run_ns) /* clocks that step back make no time */
            segments->change_ns += clocks->run_ns - then.run_ns;
        segments->changes++;
        segments->change_before_s = moment_seconds(until, at);
    }
    open_segment(segments, tool, at, clocks);
}

void segments_end(struct segments *segments, const struct outlet *outlet,
                  const struct segment_cycle *cycle, struct moment at,
                  const struct segment_clocks *clocks)
{
    if (!segments->is_open)
        return;
    if (segments->is_blank)
        write_segment(segments, outlet, cycle, segments->blank_at, &segments->blank_from);
    else
        write_segment(segments, outlet, cycle, at, clocks);
    segments->is_open = false;
    segments->is_blank = false;
}

void segments_load(struct segments *segments, int64_t at_ns, double load, double speed,
                   double air, bool is_cutting)
{
    double passed = seconds(at_ns - segments->sampled_ns);

    if (segments->is_open && is_cutting && passed > 0) {
        if (!isnan(segments->load)) {
            size_t bin = (size_t)(fmax(segments->load, 0) / LOAD_BIN_WIDTH);

            double net = fmax(0, segments->load - air);

            segments->energy += net * passed;
            segments->cycle_energy += net * passed;
            segments->cycle_load_s += passed;
            segments->load_sum += segments->load * passed;
            segments->load_s += passed;
            segments->load_peak = fmax(segments->load_peak, segments->load);
            segments->load_bins[bin < LOAD_BINS ? bin : LOAD_BINS - 1] += (float)passed;
        }
        if (!isnan(segments->speed)) {
            segments->speed_sum += segments->speed * passed;
            segments->speed_s += passed;
        }
    }
    if (at_ns > segments->sampled_ns)
        segments->sampled_ns = at_ns;
    segments->load = load;
    segments->speed = speed;
}
