/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/html.h"
#include "daemon/status/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENTS_MAX = 200
};

static bool has_kind(const struct report *report, enum record_kind kind)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->records[i].kind == kind)
            return true;
    return false;
}

/* Is it the last of this kind and name? Names are the first members of these records. */
static bool is_newest(const struct report *report, size_t index)
{
    const struct record *record = &report->records[index];

    for (size_t i = index + 1; i < report->count; i++)
        if (report->records[i].kind == record->kind &&
            strcmp(report->records[i].tool.tool, record->tool.tool) == 0)
            return false;
    return true;
}

_Static_assert(offsetof(struct tool_record, tool) == 0, "is_newest() reads it");
_Static_assert(offsetof(struct thermal_record, axis) == 0, "is_newest() reads it");
_Static_assert(offsetof(struct capability_record, feature) == 0, "is_newest() reads it");

static void print_tool(struct text *text, const struct record *record)
{
    const struct tool_record *tool = &record->tool;

    html_cell(text, tool->tool);
    html_cell_number(text, tool->used, 1);
    html_cell_number(text, tool->limit, 1);
    html_cell_number(text, tool->remaining, 1);
    html_cell_number(text, tool->rul_q05, 1);
    html_cell_number(text, tool->rul_q95, 1);
    html_cell_number(text, tool->index, 3);
    html_cell(text, tool->unit);
    html_cell(text, tool->source_name);
}

static void print_thermal(struct text *text, const struct record *record)
{
    const struct thermal_record *thermal = &record->thermal;

    html_cell(text, thermal->axis);
    html_cell(text, code_name(thermal_state_names, (int64_t)thermal->state));
    html_cell_number(text, thermal->temp, 1);
    html_cell_number(text, thermal->drift_um, 1);
    html_cell_number(text, thermal->drift_u, 1);
    html_cell_number(text, thermal->pred30_um, 1);
    html_cell(text, thermal->verdict);
}

static void print_capability(struct text *text, const struct record *record)
{
    const struct capability_record *capability = &record->capability;

    html_cell(text, capability->feature);
    html_cell_number(
        text, capability->n == RECORD_UNKNOWN ? (double)NAN : (double)capability->n, 0);
    html_cell_number(text, capability->mean, 4);
    html_cell_number(text, capability->s, 4);
    html_cell_number(text, capability->ppk, 2);
    html_cell_number(text, capability->ppk_lcb, 2);
}

static const struct chapter {
    enum record_kind kind;
    const char *title, *heading, *none;
    void (*print)(struct text *text, const struct record *record);
} chapters[] = {
    {RECORD_TOOL,       "Tools, as they stood last",
     "<th>tool<th class=n>used<th class=n>limit<th class=n>left<th class=n>from<th "
     "class=n>to<th class=n>load index<th>unit<th>from what", "Nothing is known of the tools.",        print_tool      },
    {RECORD_THERMAL,    "Heat, as it stood last",
     "<th>axis<th>state<th class=n>°C<th class=n>drift µm<th class=n>± µm<th class=n>in "
     "30 "
     "min<th>verdict",                                        "Nothing is known of the heat.",         print_thermal   },
    {RECORD_CAPABILITY, "Capability",
     "<th>feature<th class=n>n<th class=n>mean<th class=n>s<th class=n>Ppk<th class=n>at "
     "least",                                                 "No feature was measured often enough.", print_capability},
};

static void print_chapter(const struct report *report, const struct chapter *chapter,
                          struct text *text)
{
    text_add_format(text, "<h2>%s</h2>", chapter->title);
    if (!has_kind(report, chapter->kind)) {
        text_add_format(text, "<p class=none>%s</p>\n", chapter->none);
        return;
    }
    text_add_format(text, "<table><tr>%s\n", chapter->heading);
    for (size_t i = 0; i < report->count; i++) {
        if (report->records[i].kind != chapter->kind || !is_newest(report, i))
            continue;
        html_begin_row(text);
        chapter->print(text, &report->records[i]);
        html_end_row(text);
    }
    text_add(text, "</table>\n");
}

/* The drift of the axis that was reported first. */
static void print_drift(const struct report *report, struct text *text)
{
    struct html_point *points = calloc(report->count + 1, sizeof(*points));
    const char *axis = NULL;
    size_t count = 0;

    for (size_t i = 0; points && i < report->count; i++) {
        const struct record *record = &report->records[i];

        if (record->kind != RECORD_THERMAL)
            continue;
        axis = axis ? axis : record->thermal.axis;
        if (strcmp(axis, record->thermal.axis) == 0)
            points[count++] = (struct html_point){.x = (double)record->wall_ns / 1e9,
                                                  .y = record->thermal.drift_um};
    }
    if (count > 1)
        html_add_chart(text, &(struct html_chart){.title = axis,
                                                  .unit = "µm of thermal drift over time",
                                                  .points = points,
                                                  .count = count,
                                                  .is_line = true});
    free(points);
}

static void print_events(const struct report *report, struct text *text)
{
    size_t printed = 0;

    text_add(text, "<h2>Events</h2>");
    if (!has_kind(report, RECORD_EVENT)) {
        text_add(text, "<p class=none>Nothing happened.</p>\n");
        return;
    }
    text_add(text, "<table><tr><th>time<th>what<th>severity<th>text<th>who\n");
    for (size_t i = 0; i < report->count && printed < EVENTS_MAX; i++) {
        const struct record *record = &report->records[i];

        if (record->kind != RECORD_EVENT)
            continue;
        html_begin_row(text);
        html_cell_time(text, record->wall_ns);
        html_cell(text, record->event.code);
        html_cell(text, code_name(severity_names, (int64_t)record->event.severity));
        html_cell(text, record->event.text);
        html_cell(text, record->event.who);
        html_end_row(text);
        printed++;
    }
    text_add(text, "</table>\n");
    if (printed == EVENTS_MAX)
        text_add(text, "<p class=none>Only the first 200 are shown.</p>\n");
}

static void print_completeness(const struct report *report, struct text *text)
{
    static const struct {
        int64_t flag;
        const char *sentence;
    } marks[] = {
        {CYCLE_GAP,       "cycles with a gap in the data"              },
        {CYCLE_ESTIMATED, "cycles estimated because they were not seen"},
        {CYCLE_PARTIAL,   "cycles of which only a part was seen"       },
        {CYCLE_CLOCK,     "cycles whose times are doubtful"            },
    };
    size_t gaps = 0;
    double lost_s = 0;

    text_add(text, "<h2>How complete the data are</h2><table>");
    for (size_t n = 0; n < sizeof(marks) / sizeof(*marks); n++) {
        size_t count = 0;

        for (size_t i = 0; i < report->count; i++)
            count += report->records[i].kind == RECORD_CYCLE &&
                     report->records[i].cycle.flags > 0 &&
                     (report->records[i].cycle.flags & marks[n].flag);
        html_begin_row(text);
        html_cell(text, marks[n].sentence);
        html_cell_number(text, (double)count, 0);
        html_end_row(text);
    }
    for (size_t i = 0; i < report->count; i++)
        if (report->records[i].kind == RECORD_GAP) {
            gaps++;
            lost_s +=
                isfinite(report->records[i].gap.dur) ? report->records[i].gap.dur : 0;
        }
    html_begin_row(text);
    html_cell(text, "interruptions of a link");
    html_cell_number(text, (double)gaps, 0);
    html_end_row(text);
    html_begin_row(text);
    html_cell(text, "seconds of interruption");
    html_cell_number(text, lost_s, 1);
    html_end_row(text);
    text_add(text, "</table>\n");
}

void report_print_tables(const struct report *report, struct text *text)
{
    for (size_t i = 0; i < sizeof(chapters) / sizeof(*chapters); i++) {
        print_chapter(report, &chapters[i], text);
        if (chapters[i].kind == RECORD_THERMAL)
            print_drift(report, text);
    }
    print_events(report, text);
    print_completeness(report, text);
}
