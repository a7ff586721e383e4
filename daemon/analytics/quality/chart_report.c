/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/chart_report.h"

#include "daemon/analytics/quality/comparison.h"

#include <math.h>

static void stamp(const struct chart_report *report, struct record *record)
{
    analytic_stamp(report->view, record);
    record->path = report->path;
    if (report->context)
        record->context = *report->context;
}

void chart_report_point(const struct chart_report *report, const struct chart *chart,
                        const struct finding *finding, enum monitor_tier highest)
{
    const struct monitor *monitor = &chart->monitor;
    int64_t tier = monitor->tier < (int64_t)highest ? monitor->tier : (int64_t)highest;
    struct record record;
    struct text rules;

    record_init(&record, RECORD_CHART, report->at);
    stamp(report, &record);
    (void)text_copy(record.chart.metric, sizeof(record.chart.metric), chart->metric);
    record.chart.z = finding->z;
    record.chart.cplus = monitor->notice.above;
    record.chart.cminus = monitor->notice.below;
    record.chart.ewma = monitor->ewma.value;
    record.chart.alarm = tier;
    if (tier != TIER_NONE) {
        record.chart.onset_s = (double)monitor->onset_ns / 1e9;
        record.chart.shift = monitor->shift;
    }
    text_init_fixed(&rules, record.chart.rules, sizeof(record.chart.rules));
    rules_print(finding->rules, &rules);
    report->out->append(report->out->owner, &record);
}

static void announce(const struct chart_report *report, const char *code,
                     enum severity severity, double value, const char *sentence)
{
    struct record record;

    record_init(&record, RECORD_EVENT, report->at);
    stamp(report, &record);
    (void)text_copy(record.event.code, sizeof(record.event.code), code);
    (void)text_copy(record.event.text, sizeof(record.event.text), sentence);
    record.event.value = value;
    record.event.severity = severity;
    record.event.cycle_no = report->cycle_no;
    report->out->append(report->out->owner, &record);
}

void chart_report_alarm(const struct chart_report *report, const struct chart *chart,
                        enum monitor_tier highest, const char *ended)
{
    const struct monitor *monitor = &chart->monitor;
    const bool pages = monitor->tier == TIER_PAGE && highest == TIER_PAGE;
    char code[RECORD_NAME_MAX], sentence[RECORD_TEXT_MAX], since[RFC3339_MAX];
    struct record record;
    struct text text;

    text_init_fixed(&text, code, sizeof(code));
    text_add(&text, "chart.");
    text_add(&text, chart->metric);
    if (!ended) {
        moment_print(monitor->onset_ns, since);
        text_init_fixed(&text, sentence, sizeof(sentence));
        text_add_format(&text, "%s shifted by about %+.2f sigma (%+.4g) since %s",
                        chart->metric, monitor->shift,
                        monitor->shift * chart->baseline.sigma, since);
        announce(report, code, pages ? SEVERITY_ALARM : SEVERITY_NOTICE, monitor->shift,
                 sentence);
        return;
    }
    record_init(&record, RECORD_EVENT, report->at);
    stamp(report, &record);
    (void)text_copy(record.event.code, sizeof(record.event.code), code);
    (void)text_copy(record.event.text, sizeof(record.event.text), ended);
    record.event.severity = SEVERITY_INFO;
    record.event.cleared = 1;
    record.event.cycle_no = report->cycle_no;
    report->out->append(report->out->owner, &record);
}

void chart_report_frozen(const struct chart_report *report,
                         const struct chart *main_chart, int64_t frozen, int64_t few)
{
    char sentence[RECORD_TEXT_MAX];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text, "%lld baselines frozen", (long long)frozen);
    if (few > 0)
        text_add_format(&text, ", %lld have too few pilot cycles and judge nothing",
                        (long long)few);
    if (main_chart)
        text_add_format(&text, "; %s %.4g, sigma %.3g, from %lld cycles, %lld left out",
                        main_chart->metric, main_chart->baseline.mean,
                        main_chart->baseline.sigma, (long long)main_chart->baseline.count,
                        (long long)main_chart->baseline.dropped);
    announce(report, "baseline_frozen", few > 0 ? SEVERITY_WARNING : SEVERITY_NOTICE,
             (double)frozen, sentence);
}

void chart_report_comparison(const struct chart_report *report,
                             const struct chart_table *table, const struct chart *chart,
                             double share)
{
    size_t count =
        chart->recent_count < CHART_RECENT ? chart->recent_count : CHART_RECENT;
    double margin = share * fabs(chart->baseline.mean);
    const struct baseline *baseline = &chart->baseline;
    struct moments before = {.count = baseline->count, .mean = baseline->mean};
    const struct comparison_sample after = {chart->recent, count};
    struct comparison_sample kept = {0};

    if (chart->pilot >= 0)
        kept =
            (struct comparison_sample){table->pilots[chart->pilot], chart->pilot_count};
    before.square = baseline->sigma * baseline->sigma * (double)(baseline->count - 1);
    struct comparison comparison = comparison_make(&before, &kept, &after, margin);
    char sentence[RECORD_TEXT_MAX];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text, "%s of the last %zu cycles against the pilot: ", chart->metric,
                    count);
    comparison_print(&comparison, margin, &text);
    announce(report, "pilot_vs_production",
             comparison.verdict == COMPARISON_DIFFERENT ? SEVERITY_NOTICE : SEVERITY_INFO,
             comparison.welch.difference, sentence);
}

void chart_report_week(const struct chart_report *report, const struct alarm_week *week)
{
    char sentence[RECORD_TEXT_MAX];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text,
                    "last week: %lld notices, %lld pages; %lld seen by somebody, %lld "
                    "said to be false, %lld pages ended by themselves",
                    (long long)week->notices, (long long)week->pages,
                    (long long)week->acknowledged, (long long)week->denied,
                    (long long)week->unconfirmed);
    announce(report, "chart_alarm_rate", SEVERITY_INFO, alarm_week_false(week), sentence);
}

void chart_report_full(const struct chart_report *report)
{
    announce(report, "charts_full", SEVERITY_WARNING, CHARTS_MAX,
             "no place for another chart: new metrics are neither learned nor judged");
}
