/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/report.h"

#include "daemon/status/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!doctype html>\n<html lang=en><meta charset=utf-8>"
    "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
    "<title>Run report</title>\n<style>\n"
    ":root{color-scheme:light dark;--ink:#1b2330;--soft:#66707f;--line:#d9dee5;"
    "--blue:#2f6fb2;--amber:#b7791f;--paper:#fff}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#94a0b0;--line:#313a47;"
    "--blue:#6aa9e9;--amber:#e0ad55;--paper:#14181f}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:60rem;margin:2rem auto;padding:0 1rem;font-variant-numeric:tabular-nums}\n"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .5rem}\n"
    "p.lead,p.none,figcaption,dt{color:var(--soft)}\n"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem;"
    "margin:1.5rem 0}dt{font-size:.8rem}dd{margin:0;font-size:1.3rem}\n"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem "
    ".6rem .3rem 0;"
    "border-bottom:1px solid var(--line);vertical-align:top}th{font-weight:600;"
    "font-size:.8rem;"
    "color:var(--soft)}.n{text-align:right}\n"
    "figure{margin:1rem 0}svg{width:100%;height:auto}.grid{stroke:var(--line)}"
    ".tick{fill:var(--soft);font-size:11px;text-anchor:end}"
    "circle{fill:var(--blue);opacity:.8}circle.other{fill:var(--soft)}"
    "circle.flagged{fill:var(--amber)}.line{fill:none;stroke:var(--blue);stroke-width:1."
    "5}\n"
    "@media print{body{margin:0}}\n</style>\n";

static void add_fact(struct text *text, const char *name, const char *value)
{
    text_add(text, "<div><dt>");
    html_add(text, name);
    text_add(text, "<dd>");
    html_add(text, *value ? value : "–");
    text_add(text, "</div>");
}

static double known(int64_t value)
{
    return value == RECORD_UNKNOWN ? (double)NAN : (double)value;
}

static void add_number(struct text *text, const char *name, double value, int decimals)
{
    char array[64];
    struct text printed;

    text_init_fixed(&printed, array, sizeof(array));
    html_add_number(&printed, value, decimals);
    add_fact(text, name, array);
}

const struct record *report_find_run(const struct report *report)
{
    const struct record *found = NULL;

    for (size_t i = 0; i < report->count; i++)
        if (report->records[i].kind == RECORD_RUN &&
            report->records[i].run.run_seq == report->run_seq)
            found = &report->records[i];
    return found;
}

/* The run's own count is written when it ends; until then its cycles are counted. */
static double count_parts(const struct report *report, const struct record *run)
{
    double parts = 0;

    if (isfinite(run->run.ended))
        return known(run->run.parts);
    for (size_t i = 0; i < report->count; i++) {
        const struct record *record = &report->records[i];

        if (record->kind == RECORD_CYCLE && record->cycle.parts > 0 &&
            !(record->cycle.flags > 0 && record->cycle.flags & CYCLE_SUPERSEDED))
            parts += (double)record->cycle.parts;
    }
    return parts;
}

static void print_head(const struct report *report, struct text *text)
{
    const struct record *run = report_find_run(report);
    const struct context *context = &run->context;

    text_add_format(text, "<h1>Run %lld, ", (long long)report->run_seq);
    html_add(text, *context->part ? context->part : "part not named");
    text_add(text, "</h1><p class=lead>");
    html_add(text, run->machine);
    text_add(text, " · stage ");
    html_add(text, code_name(stage_names, (int64_t)context->stage));
    text_add(text, " · from ");
    html_add_time(text, (int64_t)(run->run.started * 1e9));
    text_add(text, isfinite(run->run.ended) ? " to " : ", not ended");
    if (isfinite(run->run.ended))
        html_add_time(text, (int64_t)(run->run.ended * 1e9));
    text_add(text, "</p>\n<dl>");
    add_number(text, "Parts", count_parts(report, run), 0);
    add_number(text, "Good",
               isfinite(run->run.ended) ? known(run->run.good) : (double)NAN, 0);
    add_number(text, "Target", known(run->run.target), 0);
    add_fact(text, "Operation", context->op);
    add_fact(text, "Revision", context->revision);
    add_fact(text, "Lot", context->lot);
    add_fact(text, "Fixture", context->fixture);
    add_fact(text, "Program", run->run.program);
    text_add(text, "</dl>\n");
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Of complete production cycles: what the numbers above the chart say. */
static void print_statistics(const struct report *report, double *times,
                             struct text *text)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++) {
        const struct cycle_record *cycle = &report->records[i].cycle;

        if (report->records[i].kind == RECORD_CYCLE && cycle->kind == CYCLE_KIND_PROD &&
            cycle->outcome == CYCLE_CLASS_COMPLETE && isfinite(cycle->ct))
            times[count++] = cycle->ct;
    }
    qsort(times, count, sizeof(*times), compare);
    text_add(text, "<dl>");
    add_number(text, "Complete production cycles", (double)count, 0);
    add_number(text, "Fastest, s", count ? times[0] : (double)NAN, 2);
    add_number(text, "Median, s", count ? times[count / 2] : (double)NAN, 2);
    add_number(text, "9 of 10 within, s", count ? times[count * 9 / 10] : (double)NAN, 2);
    add_number(text, "Slowest, s", count ? times[count - 1] : (double)NAN, 2);
    text_add(text, "</dl>\n");
}

static void print_cycles(const struct report *report, struct text *text)
{
    struct html_point *points = calloc(report->count + 1, sizeof(*points));
    double *times = calloc(report->count + 1, sizeof(*times));
    char(*labels)[96] = calloc(report->count + 1, sizeof(*labels));
    size_t count = 0;

    if (points && times && labels) {
        for (size_t i = 0; i < report->count; i++) {
            const struct cycle_record *cycle = &report->records[i].cycle;
            struct text label;

            if (report->records[i].kind != RECORD_CYCLE)
                continue;
            text_init_fixed(&label, labels[count], sizeof(labels[count]));
            text_add_format(&label, "cycle %lld, %s, %.3f s", (long long)cycle->cycle_no,
                            code_name(cycle_kind_names, (int64_t)cycle->kind), cycle->ct);
            points[count] = (struct html_point){
                .x = (double)count + 1,
                .y = cycle->ct,
                .kind = cycle->kind != CYCLE_KIND_PROD ? "other"
                        : cycle->flags > 0             ? "flagged"
                                                       : "prod",
                .label = labels[count],
            };
            count++;
        }
        print_statistics(report, times, text);
        html_add_chart(text, &(struct html_chart){.title = "Cycle time, cycle by cycle",
                                                  .unit = "s",
                                                  .points = points,
                                                  .count = count});
    }
    free(points);
    free(times);
    free(labels);
}

struct share {
    const char *name;
    size_t offset; /* of a double in struct cycle_record */
};

/* Where the seconds of all cycles went. */
static void print_shares(const struct report *report, struct text *text)
{
    static const struct share shares[] = {
        {"cutting",          offsetof(struct cycle_record, cut)     },
        {"positioning",      offsetof(struct cycle_record, noncut)  },
        {"tool change",      offsetof(struct cycle_record, tchg)    },
        {"probing",          offsetof(struct cycle_record, probe)   },
        {"auxiliary",        offsetof(struct cycle_record, aux)     },
        {"feed hold",        offsetof(struct cycle_record, hold)    },
        {"optional stop",    offsetof(struct cycle_record, ostop)   },
        {"programmed stop",  offsetof(struct cycle_record, pstop)   },
        {"waiting",          offsetof(struct cycle_record, wait)    },
        {"not known",        offsetof(struct cycle_record, unknown) },
        {"between cycles",   offsetof(struct cycle_record, gap)     },
        {"lost to override", offsetof(struct cycle_record, ovr_loss)},
    };

    text_add(text, "<h2>Where the seconds went</h2><table><tr><th>what<th class=n>s in "
                   "all\n");
    for (size_t n = 0; n < sizeof(shares) / sizeof(*shares); n++) {
        double sum = NAN;

        for (size_t i = 0; i < report->count; i++) {
            if (report->records[i].kind != RECORD_CYCLE)
                continue;
            double value = *(const double *)((const char *)&report->records[i].cycle +
                                             shares[n].offset);
            if (isfinite(value))
                sum = isfinite(sum) ? sum + value : value;
        }
        html_begin_row(text);
        html_cell(text, shares[n].name);
        html_cell_number(text, sum, 1);
        html_end_row(text);
    }
    text_add(text, "</table>\n");
}

void report_print(const struct report *report, struct text *text)
{
    text_add(text, head);
    print_head(report, text);
    if (report->count >= report->limit)
        text_add(text, "<p><strong>This report is cut: the run has more records than one "
                       "report holds. spindlectl export has them all.</strong></p>\n");
    text_add(text, "<h2>Cycles</h2>");
    print_cycles(report, text);
    print_shares(report, text);
    report_print_tables(report, text);
    text_add(text, "</html>\n");
}
