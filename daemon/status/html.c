/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/html.h"

#include "daemon/base/moment.h"

#include <math.h>

#define CHART_WIDTH  960.0
#define CHART_HEIGHT 220.0
#define MARGIN_LEFT  56.0
#define MARGIN_OTHER 14.0

void html_add(struct text *text, const char *string)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        {'&',  "&amp;" },
        {'<',  "&lt;"  },
        {'>',  "&gt;"  },
        {'"',  "&quot;"},
        {'\'', "&#39;" },
    };

    for (; *string; string++) {
        const char *entity = NULL;

        for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
            if (entities[i].c == *string)
                entity = entities[i].entity;
        if (entity)
            text_add(text, entity);
        else
            text_add_char(text, *string);
    }
}

void html_add_number(struct text *text, double value, int decimals)
{
    if (isfinite(value))
        text_add_format(text, "%.*f", decimals, value);
    else
        text_add(text, "–");
}

void html_add_time(struct text *text, int64_t wall_ns)
{
    char printed[RFC3339_MAX];

    if (wall_ns == 0) {
        text_add(text, "–");
        return;
    }
    moment_print(wall_ns - wall_ns % NS_PER_S, printed);
    text_add_format(text, "%.10s %.8s UTC", printed, printed + 11);
}

void html_begin_row(struct text *text)
{
    text_add(text, "<tr>");
}

void html_cell(struct text *text, const char *string)
{
    text_add(text, "<td>");
    html_add(text, *string ? string : "–");
}

void html_cell_number(struct text *text, double value, int decimals)
{
    text_add(text, "<td class=n>");
    html_add_number(text, value, decimals);
}

void html_cell_time(struct text *text, int64_t wall_ns)
{
    text_add(text, "<td>");
    html_add_time(text, wall_ns);
}

void html_end_row(struct text *text)
{
    text_add(text, "</tr>\n");
}

/* What the axes run over. */
struct range {
    double x0, x1, y0, y1;
};

static bool find_range(const struct html_chart *chart, struct range *ret_range)
{
    struct range range = {INFINITY, -INFINITY, INFINITY, -INFINITY};

    for (size_t i = 0; i < chart->count; i++) {
        const struct html_point *point = &chart->points[i];

        if (!isfinite(point->x) || !isfinite(point->y))
            continue;
        range.x0 = fmin(range.x0, point->x);
        range.x1 = fmax(range.x1, point->x);
        range.y0 = fmin(range.y0, point->y);
        range.y1 = fmax(range.y1, point->y);
    }
    if (range.x0 > range.x1)
        return false;
    double room = fmax((range.y1 - range.y0) * 0.08, fabs(range.y1) * 0.002 + 1e-9);
    range.y0 = range.y0 >= 0 ? fmax(range.y0 - room, 0) : range.y0 - room;
    range.y1 += room;
    if (range.x1 <= range.x0)
        range.x1 = range.x0 + 1;
    *ret_range = range;
    return true;
}

static double place_x(const struct range *range, double x)
{
    return MARGIN_LEFT +
           (x - range->x0) / (range->x1 - range->x0) * (CHART_WIDTH - MARGIN_LEFT - 20);
}

static double place_y(const struct range *range, double y)
{
    return CHART_HEIGHT - MARGIN_OTHER -
           (y - range->y0) / (range->y1 - range->y0) * (CHART_HEIGHT - 2 * MARGIN_OTHER);
}

/* 1, 2 or 5 times a power of ten: what people count in. */
static double find_step(double span)
{
    static const double steps[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(span / 4)));

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
        if (steps[i] * power >= span / 4)
            return steps[i] * power;
    return 10 * power;
}

static void add_grid(struct text *text, const struct range *range)
{
    double step = find_step(range->y1 - range->y0);

    for (int i = 0; i <= 5; i++) {
        double value = (ceil(range->y0 / step) + i) * step;
        double y = place_y(range, value);

        if (value > range->y1)
            return;
        text_add_format(text,
                        "<line class=grid x1=%.0f x2=%.0f y1=%.1f y2=%.1f />"
                        "<text class=tick x=%.0f y=%.1f>%.6g</text>",
                        MARGIN_LEFT, CHART_WIDTH - 14, y, y, MARGIN_LEFT - 8, y + 4,
                        value);
    }
}

static void add_line(struct text *text, const struct html_chart *chart,
                     const struct range *range)
{
    char command = 'M';

    text_add(text, "<path class=line d=\"");
    for (size_t i = 0; i < chart->count; i++) {
        if (!isfinite(chart->points[i].x) || !isfinite(chart->points[i].y))
            continue;
        text_add_format(text, "%c%.1f %.1f", command, place_x(range, chart->points[i].x),
                        place_y(range, chart->points[i].y));
        command = 'L';
    }
    text_add(text, "\"/>");
}

static void add_dots(struct text *text, const struct html_chart *chart,
                     const struct range *range)
{
    for (size_t i = 0; i < chart->count; i++) {
        const struct html_point *point = &chart->points[i];

        if (!isfinite(point->x) || !isfinite(point->y))
            continue;
        text_add_format(text, "<circle class=\"%s\" cx=%.1f cy=%.1f r=2.4><title>",
                        point->kind, place_x(range, point->x), place_y(range, point->y));
        html_add(text, point->label ? point->label : "");
        text_add(text, "</title></circle>");
    }
}

void html_add_chart(struct text *text, const struct html_chart *chart)
{
    struct range range;

    text_add(text, "<figure><figcaption>");
    html_add(text, chart->title);
    text_add(text, ", ");
    html_add(text, chart->unit);
    text_add(text, "</figcaption>");
    if (!find_range(chart, &range)) {
        text_add(text, "<p class=none>nothing was recorded</p></figure>\n");
        return;
    }
    text_add_format(text, "<svg viewBox=\"0 0 %.0f %.0f\" role=img>", CHART_WIDTH,
                    CHART_HEIGHT);
    add_grid(text, &range);
    if (chart->is_line)
        add_line(text, chart, &range);
    else
        add_dots(text, chart, &range);
    text_add(text, "</svg></figure>\n");
}
