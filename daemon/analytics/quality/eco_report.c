/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/eco_report.h"

#include <math.h>
#include <stdlib.h>

#define FALSE_DISCOVERIES 0.05
#define SUMMED_UP         4 /* metrics named in the summary */

/* One metric that has enough on both sides. */
struct compared {
    const struct eco_series *series;
    struct moments before;
    double margin;
    struct comparison comparison;
};

struct family {
    struct compared items[ECO_SERIES];
    size_t count;
    double bar; /* the largest p that stands among so many tests; below 0 = none does */
};

static void announce(const struct eco_report *report, const char *code,
                     enum severity severity, double value, const char *sentence)
{
    struct record record;

    record_init(&record, RECORD_EVENT, (struct moment){0, report->cycle->wall_ns});
    analytic_stamp(report->view, &record);
    record.path = report->cycle->path;
    record.context = report->cycle->context;
    (void)text_copy(record.event.code, sizeof(record.event.code), code);
    (void)text_copy(record.event.text, sizeof(record.event.text), sentence);
    record.event.value = value;
    record.event.severity = severity;
    record.event.cycle_no = report->cycle->cycle.cycle_no;
    report->out->append(report->out->owner, &record);
}

static void compare_all(const struct eco_table *table, uint64_t context,
                        struct family *family)
{
    family->count = 0;
    for (size_t i = 0; i < ECO_SERIES; i++) {
        const struct eco_series *series = &table->items[i];
        const struct comparison_sample before = eco_series_before(series);
        const struct comparison_sample after = eco_series_after(series);

        if (series->context != context || before.count < ECO_LEAST ||
            after.count < ECO_LEAST)
            continue;
        struct compared *item = &family->items[family->count++];
        *item =
            (struct compared){.series = series, .before = comparison_moments(&before)};
        item->margin = series->margin_share * fabs(item->before.mean);
        item->comparison = comparison_make(&item->before, &before, &after, item->margin);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Benjamini and Hochberg over all metrics; what never varies has no p. */
static void find_bar(struct family *family)
{
    double sorted[ECO_SERIES];
    size_t count = 0;

    for (size_t i = 0; i < family->count; i++)
        if (!isnan(family->items[i].comparison.welch.p))
            sorted[count++] = family->items[i].comparison.welch.p;
    qsort(sorted, count, sizeof(*sorted), by_size);
    size_t stand = compare_discoveries(sorted, count, FALSE_DISCOVERIES);
    family->bar = stand > 0 ? sorted[stand - 1] : -1;
}

static bool stands(const struct family *family, const struct compared *item)
{
    return item->comparison.welch.p <= family->bar;
}

static double percent(const struct compared *item)
{
    return item->before.mean != 0
               ? 100 * item->comparison.welch.difference / fabs(item->before.mean)
               : (double)NAN;
}

static void tell_metric(const struct eco_report *report, const struct family *family,
                        const struct compared *item)
{
    const struct comparison *comparison = &item->comparison;
    const bool is_found = stands(family, item);
    char code[RECORD_NAME_MAX], sentence[RECORD_TEXT_MAX];
    struct text text;

    text_init_fixed(&text, code, sizeof(code));
    text_add_format(&text, "eco.%s", item->series->metric);
    text_init_fixed(&text, sentence, sizeof(sentence));
    if (is_found)
        text_add_format(&text, "%s %.6g to %.6g (%+.3g %%), ", item->series->metric,
                        item->before.mean,
                        item->before.mean + comparison->welch.difference, percent(item));
    else
        text_add_format(&text,
                        "%s: no detectable change; smallest detectable with %zu and %zu "
                        "cycles is %.3g; ",
                        item->series->metric, eco_series_before(item->series).count,
                        eco_series_after(item->series).count, comparison->detectable);
    comparison_print(comparison, item->margin, &text);
    announce(report, code,
             is_found && comparison->verdict == COMPARISON_DIFFERENT ? SEVERITY_NOTICE
                                                                     : SEVERITY_INFO,
             comparison->welch.difference, sentence);
}

static void sum_up(const struct eco_report *report, const struct family *family)
{
    char sentence[RECORD_TEXT_MAX];
    size_t found = 0;
    struct text text;

    for (size_t i = 0; i < family->count; i++)
        found += stands(family, &family->items[i]);
    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text, "%.60s: %zu of %zu metrics changed", report->change, found,
                    family->count);
    size_t named = 0;
    for (size_t i = 0; i < family->count && named < SUMMED_UP; i++)
        if (stands(family, &family->items[i]))
            text_add_format(&text, "%s%s %+.3g %%", named++ ? ", " : ": ",
                            family->items[i].series->metric, percent(&family->items[i]));
    if (*report->others)
        text_add_format(&text, "; not attributable to it alone, at that time changed: %s",
                        report->others);
    announce(report, "eco", found > 0 ? SEVERITY_NOTICE : SEVERITY_INFO, (double)found,
             sentence);
}

void eco_report_write(const struct eco_report *report, const struct eco_table *table,
                      uint64_t context)
{
    struct family family;

    compare_all(table, context, &family);
    find_bar(&family);
    for (size_t i = 0; i < family.count; i++)
        tell_metric(report, &family, &family.items[i]);
    sum_up(report, &family);
}

void eco_report_too_few(const struct eco_report *report, size_t count)
{
    char sentence[RECORD_TEXT_MAX];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text,
                    "%.60s: only %zu undisturbed cycles before it, %d are needed to "
                    "compare",
                    report->change, count, ECO_LEAST);
    announce(report, "eco", SEVERITY_WARNING, NAN, sentence);
}
