/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the charts say, as records: points, alarms, frozen baselines. Pure.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/quality/alarm_rate.h"
#include "daemon/analytics/quality/chart_table.h"

/* About which record it is, and where it goes. */
struct chart_report {
    const struct machine_view *view;
    const struct record_sink *out;
    struct moment at;
    int64_t path, cycle_no;
    const struct context *context;
};

void chart_report_point(const struct chart_report *report, const struct chart *chart,
                        const struct finding *finding, enum monitor_tier highest);

/* An alarm was raised or has ended. */
void chart_report_alarm(const struct chart_report *report, const struct chart *chart,
                        enum monitor_tier highest, const char *ended);

/* `main_chart` is shown with its numbers; NULL = none. */
void chart_report_frozen(const struct chart_report *report,
                         const struct chart *main_chart, int64_t frozen, int64_t few);

/* The last cycles against the pilot, of whose values the table may still have some. */
void chart_report_comparison(const struct chart_report *report,
                             const struct chart_table *table, const struct chart *chart,
                             double share);
void chart_report_week(const struct chart_report *report, const struct alarm_week *week);
void chart_report_full(const struct chart_report *report);
