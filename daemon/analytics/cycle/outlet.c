/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/outlet.h"

void outlet_stamp(const struct outlet *outlet, struct record *record)
{
    (void)text_copy(record->cell, sizeof(record->cell), outlet->cell);
    (void)text_copy(record->machine, sizeof(record->machine), outlet->machine);
    record->context = *outlet->context;
    record->path = outlet->path;
    record->wall_ns += outlet->path - 1;
}

void outlet_append(const struct outlet *outlet, const struct record *record)
{
    outlet->sink->append(outlet->sink->owner, record);
}

void outlet_announce(const struct outlet *outlet, struct moment at,
                     const struct notice *notice)
{
    struct record record;

    record_init(&record, RECORD_EVENT, at);
    outlet_stamp(outlet, &record);
    (void)text_copy(record.event.code, sizeof(record.event.code), notice->code);
    (void)text_copy(record.event.text, sizeof(record.event.text), notice->text);
    record.event.value = notice->value;
    record.event.cycle_no = notice->cycle_no;
    record.event.severity = notice->severity;
    outlet_append(outlet, &record);
}

void outlet_gap(const struct outlet *outlet, struct moment at, const struct gap *gap)
{
    struct record record;

    record_init(&record, RECORD_GAP, at);
    outlet_stamp(outlet, &record);
    record.gap.from = gap->from;
    record.gap.to = gap->to;
    record.gap.count = gap->count;
    record.gap.dur = gap->seconds;
    (void)text_copy(record.gap.reason, sizeof(record.gap.reason), gap->reason);
    outlet_append(outlet, &record);
}
