/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/held_segments.h"

#include "daemon/base/text.h"

#define GOOD_QUALITY 192

void held_segments_add(struct held_segments *held, const struct record *record)
{
    if (record->segment.q != GOOD_QUALITY || held->count == HELD_MAX)
        return;

    struct held_segment *segment = &held->items[held->count++];
    *segment = (struct held_segment){
        .path = record->path,
        .cycle_no = record->segment.cycle_no,
        .wall_ns = record->wall_ns,
        .seg = record->segment.seg,
    };
    (void)text_copy(segment->tool, sizeof(segment->tool), record->segment.tool);
    segment_metrics(&record->segment, segment->values);
}

size_t held_segments_take(struct held_segments *held, const struct record *cycle,
                          struct held_segment ret_taken[HELD_MAX])
{
    uint32_t kept = 0;
    size_t taken = 0;

    for (uint32_t i = 0; i < held->count; i++) {
        struct held_segment segment = held->items[i];

        if (segment.path != cycle->path || segment.cycle_no > cycle->cycle.cycle_no)
            held->items[kept++] = segment;
        else if (segment.cycle_no == cycle->cycle.cycle_no)
            ret_taken[taken++] = segment;
    }
    held->count = kept;
    return taken;
}

void held_segment_name(const struct held_segment *segment, size_t metric,
                       char ret_name[METRIC_MAX])
{
    struct text text;

    text_init_fixed(&text, ret_name, METRIC_MAX);
    text_add_format(&text, "seg.%s.%lld.%s", segment->tool, (long long)segment->seg,
                    segment_metric_names[metric]);
}
