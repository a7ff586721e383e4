/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/charts.h"

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/quality/chart_report.h"
#include "daemon/analytics/quality/held_segments.h"
#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LONGEST_GAP_S 300.0

/* Saved as it stands; another version's starts anew. */
struct passing {
    struct held_segments held;
    struct alarm_rate rate;
};

struct charts {
    struct quality_options options;
    double longest_gap;
    struct passing passing;
    struct chart_table table;
};

/* A cycle on its way through its metrics. */
struct visit {
    struct charts *charts;
    struct chart_report report;
    const struct record *cycle;
    int64_t frozen, few;
    const struct chart *main_chart;
};

static enum monitor_tier highest_tier(enum stage stage)
{
    return stage == STAGE_PRODUCTION ? TIER_PAGE : TIER_NOTICE;
}

static void count_alarm(struct alarm_week *week, const struct monitor *monitor,
                        enum monitor_tier highest)
{
    if (monitor->tier == TIER_PAGE && highest == TIER_PAGE)
        week->pages++;
    else
        week->notices++;
}

static void judge(struct visit *visit, struct chart *chart, double value, double share)
{
    struct charts *charts = visit->charts;
    struct alarm_week *week = &charts->passing.rate.now;
    enum monitor_tier highest = highest_tier(visit->cycle->context.stage);
    const bool paged = chart->monitor.tier == TIER_PAGE;
    struct finding finding =
        monitor_add(&chart->monitor, &chart->baseline, &charts->options, value,
                    visit->report.at.wall_ns);

    chart->recent[chart->recent_count++ % CHART_RECENT] = (float)value;
    chart_report_point(&visit->report, chart, &finding, highest);
    if (finding.change == MONITOR_RAISED) {
        count_alarm(week, &chart->monitor, highest);
        chart_report_alarm(&visit->report, chart, highest, NULL);
    } else if (finding.change == MONITOR_CLEARED) {
        week->unconfirmed += paged;
        chart_report_alarm(&visit->report, chart, highest, "quiet again");
    }
    if (strcmp(chart->metric, cycle_metric_names[0]) == 0 &&
        (chart->recent_count == CHART_FIRST || chart->recent_count % CHART_RECENT == 0))
        chart_report_comparison(&visit->report, &charts->table, chart, share);
}

static void freeze(struct visit *visit, struct chart *chart)
{
    if (chart_freeze(&visit->charts->table, chart, visit->charts->options.least,
                     visit->report.at.wall_ns)) {
        visit->frozen++;
        if (!visit->main_chart)
            visit->main_chart = chart;
    } else if (!chart->told_short) {
        chart->told_short = true;
        visit->few++;
    }
}

static void learn(struct visit *visit, struct chart *chart, const char *metric,
                  double value, double resolution)
{
    struct chart_table *table = &visit->charts->table;

    if (!chart)
        chart = chart_table_make(table, context_hash(visit->cycle),
                                 part_hash(&visit->cycle->context), metric);
    if (chart && chart_learn(table, chart, value, resolution)) {
        chart->used_ns = visit->report.at.wall_ns;
        return;
    }
    if (!table->is_full)
        chart_report_full(&visit->report);
    table->is_full = true;
}

/* `resolution` is how coarse the value is, `share` what does not matter of it. */
static void see(struct visit *visit, const char *metric, double value, double resolution,
                double share)
{
    const enum stage stage = visit->cycle->context.stage;
    struct chart *chart =
        chart_table_find(&visit->charts->table, context_hash(visit->cycle), metric);

    if (isnan(value))
        return;
    if (stage == STAGE_PILOT) {
        if (chart && chart->is_frozen && chart->was_judged)
            chart_relearn(chart);
        if (!chart || !chart->is_frozen) {
            learn(visit, chart, metric, value, resolution);
            return;
        }
    }
    if (!chart)
        return;
    if (!chart->is_frozen)
        freeze(visit, chart);
    if (!chart->is_frozen)
        return;
    chart->used_ns = visit->report.at.wall_ns;
    chart->was_judged = stage == STAGE_PRODUCTION;
    judge(visit, chart, value, share);
}

static void see_cycle(struct visit *visit)
{
    const struct charts *charts = visit->charts;
    const struct cycle_record *cycle = &visit->cycle->cycle;
    double values[CYCLE_METRICS], coarse = cycle->u_ct > 0 ? cycle->u_ct : 0;

    cycle_metrics(cycle, charts->longest_gap, values);
    for (size_t i = 0; i < CYCLE_METRICS; i++)
        see(visit, cycle_metric_names[i], values[i], coarse, charts->options.margin);
}

static void see_segment(struct visit *visit, const struct held_segment *held)
{
    const struct charts *charts = visit->charts;
    double u_ct = visit->cycle->cycle.u_ct;

    visit->report.at.wall_ns = held->wall_ns;
    for (size_t i = 0; i < SEGMENT_METRICS; i++) {
        char metric[METRIC_MAX];

        held_segment_name(held, i, metric);
        see(visit, metric, held->values[i], i == 0 && u_ct > 0 ? u_ct : 0,
            charts->options.segment_margin);
    }
}

/* The segments of this cycle are seen, if they are worth it. */
static void see_segments(struct visit *visit, bool is_worth_it)
{
    struct held_segment taken[HELD_MAX];
    size_t count = held_segments_take(&visit->charts->passing.held, visit->cycle, taken);

    for (size_t i = 0; is_worth_it && i < count; i++)
        see_segment(visit, &taken[i]);
}

static bool is_judged_stage(enum stage stage)
{
    return stage == STAGE_PILOT || stage == STAGE_PRODUCTION;
}

static void hear_cycle(struct charts *charts, const struct machine_view *view,
                       const struct record *record, const struct record_sink *out)
{
    const bool is_worth_it =
        cycle_is_eligible(record) && is_judged_stage(record->context.stage);
    const struct moment at = {0, record->wall_ns};
    struct visit visit = {
        .charts = charts,
        .cycle = record,
        .report = {view, out, at, record->path, record->cycle.cycle_no, &record->context},
    };

    if (is_worth_it)
        see_cycle(&visit);
    see_segments(&visit, is_worth_it && !(record->cycle.flags & CYCLE_FIRST_AFTER_TOOL));
    visit.report.at = at;
    if (visit.frozen > 0 || visit.few > 0)
        chart_report_frozen(&visit.report, visit.main_chart, visit.frozen, visit.few);
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct charts *charts = self;

    if (!charts->options.charts)
        return;
    if (record->kind == RECORD_SEGMENT)
        held_segments_add(&charts->passing.held, record);
    else if (record->kind == RECORD_CYCLE)
        hear_cycle(charts, view, record, out);
}

static void tell_freeze(struct charts *charts, const struct chart_report *report,
                        const struct statement *statement)
{
    struct visit visit = {.charts = charts, .report = *report};
    const uint64_t part = part_hash(&statement->context);

    for (struct chart *chart = chart_table_next(&charts->table, NULL); chart;
         chart = chart_table_next(&charts->table, chart))
        if (!chart->is_frozen && (chart->part == part || !*statement->context.part))
            freeze(&visit, chart);
    chart_report_frozen(report, visit.main_chart, visit.frozen, visit.few);
}

/* "chart.ct100", "chart.ct100 false", "chart" or "" for all. */
static bool is_meant(const char *said, const char *metric)
{
    const size_t length = strlen(metric);

    if (!*said || strcmp(said, "chart") == 0)
        return true;
    if (strncmp(said, "chart.", 6) != 0 || strncmp(said + 6, metric, length) != 0)
        return false;
    return said[6 + length] == '\0' || said[6 + length] == ' ';
}

static void tell_seen(struct charts *charts, const struct chart_report *report,
                      const struct statement *statement)
{
    const char *said = statement->text ? statement->text : "";
    const bool denies = strstr(said, " false") != NULL;

    for (struct chart *chart = chart_table_next(&charts->table, NULL); chart;
         chart = chart_table_next(&charts->table, chart)) {
        if (!is_meant(said, chart->metric) || !monitor_acknowledge(&chart->monitor))
            continue;
        charts->passing.rate.now.acknowledged++;
        charts->passing.rate.now.denied += denies;
        chart_report_alarm(report, chart, TIER_PAGE,
                           denies ? "said to be false" : "acknowledged");
    }
}

static void tell(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out)
{
    const struct chart_report report = {
        view, out, statement->at, 1, RECORD_UNKNOWN, &statement->context};

    if (statement->kind == STATEMENT_FREEZE)
        tell_freeze(self, &report, statement);
    else if (statement->kind == STATEMENT_ACK)
        tell_seen(self, &report, statement);
}

static void tick(struct charts *charts, const struct machine_view *view, struct moment at,
                 const struct record_sink *out)
{
    const struct chart_report report = {view, out, at, 1, RECORD_UNKNOWN, view->context};
    struct alarm_rate *rate = &charts->passing.rate;

    if (alarm_rate_advance(rate, at.wall_ns) &&
        (rate->last.pages > 0 || rate->last.notices > 0))
        chart_report_week(&report, &rate->last);
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    tick(self, view, sample->at, out);
}

static void advance(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out)
{
    tick(self, view, now, out);
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct charts *charts = pages_take(sizeof(*charts));

    if (!charts)
        return -ENOMEM;
    quality_options_init(&charts->options);
    if (options->quality)
        charts->options = *options->quality;
    charts->longest_gap =
        options->cycle ? (double)options->cycle->minor_stop / 1e9 : LONGEST_GAP_S;
    *ret_self = charts;
    return 0;
}

static void destroy(void *self)
{
    pages_free(self);
}

static void save(const void *self, struct text *text)
{
    const struct charts *charts = self;
    const uint32_t length = sizeof(charts->passing);

    text_add_bytes(text, (const char *)&length, sizeof(length));
    text_add_bytes(text, (const char *)&charts->passing, length);
    chart_table_save(&charts->table, text);
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct charts *charts = self;
    const char *at = bytes;
    uint32_t passing = 0;

    if (length < sizeof(passing))
        return -EPROTO;
    memcpy(&passing, at, sizeof(passing));
    if (passing > length - sizeof(passing))
        return -EPROTO;
    at += sizeof(passing);
    if (passing == sizeof(charts->passing))
        memcpy(&charts->passing, at, passing);
    return chart_table_restore(&charts->table, at + passing,
                               length - sizeof(passing) - passing);
}

const struct alarm_rate *charts_alarm_rate(const void *self)
{
    const struct charts *charts = self;

    return &charts->passing.rate;
}

const struct analytic analytic_charts = {
    .name = "charts",
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .hear = hear,
    .tell = tell,
    .advance = advance,
    .save = save,
    .restore = restore,
};
