/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/self.h"

#include "daemon/analytics/quality/alarm_rate.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/roster.h"

#include <math.h>

static void report_machine(struct pipeline *pipeline, const struct station *station,
                           struct moment now)
{
    const struct machine_settings *machine = station_settings(station);
    const struct alarm_week *week =
        alarm_rate_week(tracker_alarm_rate(station_tracker(station)));
    struct record record;

    record_init(&record, RECORD_SELF, now);
    record.self.false_alarm_rate = alarm_week_false(week);
    record.self.false_alarm_share = alarm_week_share(week);
    record.self.alarms = week->notices + week->pages;
    (void)text_copy(record.machine, sizeof(record.machine), machine->name);
    (void)text_copy(record.cell, sizeof(record.cell), machine->cell);
    record.self.poll_ok = record.self.poll_miss = record.self.lost_obs = 0;
    for (size_t i = 0; i < station_link_count(station); i++) {
        struct link_health health;

        station_describe_link(station, i, &health);
        record.self.poll_ok += health.answered;
        record.self.poll_miss += health.asked - health.answered;
        record.self.lost_obs += health.lost;
        if (!(record.self.lat_p99 >= health.latency_p99_s))
            record.self.lat_p99 = health.latency_p99_s;
        if (health.last_wall_ns)
            record.self.gap_s =
                fmax((double)(now.wall_ns - health.last_wall_ns) / (double)NS_PER_S, 0.0);
    }
    (void)pipeline_append(pipeline, &record);
}

static void add_queue(struct self_record *self, const struct store_queue *queue,
                      struct moment now)
{
    double oldest_s = (double)(now.wall_ns - queue->oldest_wall_ns) / (double)NS_PER_S;

    self->sampled += queue->ledger.values[LEDGER_SAMPLED];
    self->delivered += queue->ledger.values[LEDGER_DELIVERED];
    self->dropped += ledger_dropped(&queue->ledger);
    self->lost += ledger_lost(&queue->ledger);
    if (queue->oldest_wall_ns && !(self->oldest_s >= oldest_s))
        self->oldest_s = oldest_s;
}

static void report_gateway(struct pipeline *pipeline, struct moment now)
{
    const struct roster *roster = pipeline_roster(pipeline);
    struct pipeline_health health;
    struct store_health store;
    struct record record;

    pipeline_describe(pipeline, &health);
    store_describe(pipeline_store(pipeline), &store);
    record_init(&record, RECORD_SELF, now);
    record.self.loop_max_s = health.loop_max_s;
    record.self.spool_rows = store.rows;
    record.self.spool_bytes = store.bytes;
    record.self.sampled = record.self.delivered = record.self.dropped = record.self.lost =
        0;
    for (size_t i = 0; i < roster_courier_count(roster); i++) {
        struct courier_health courier;

        courier_describe(roster_courier(roster, i), &courier);
        add_queue(&record.self, &courier.queue, now);
    }
    (void)pipeline_append(pipeline, &record);
}

void self_report(struct pipeline *pipeline, struct moment now)
{
    const struct roster *roster = pipeline_roster(pipeline);

    for (size_t i = 0; i < roster_place_count(roster); i++) {
        struct station *station = roster_station(roster, i);
        if (station)
            report_machine(pipeline, station, now);
    }
    report_gateway(pipeline, now);
}
