/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML and SVG as text: what comes from outside is always escaped, numbers that are not
 * known are a dash. Pure.
 */
#pragma once

#include "daemon/base/text.h"

#include <stddef.h>

/* Escaped for content and for attributes in double quotes. */
void html_add(struct text *text, const char *string);

/* "–" when it is not finite. */
void html_add_number(struct text *text, double value, int decimals);

/* 2026-01-31 14:00:05 UTC; "–" for a time that is not known (0). */
void html_add_time(struct text *text, int64_t wall_ns);

/* <tr><th>…, then cells one by one, then html_end_row(). */
void html_begin_row(struct text *text);
void html_cell(struct text *text, const char *string);
void html_cell_number(struct text *text, double value, int decimals);
void html_cell_time(struct text *text, int64_t wall_ns);
void html_end_row(struct text *text);

/* One point of a chart; `kind` is the class that colours it. */
struct html_point {
    double x, y;
    const char *kind;
    const char *label; /* shown when pointed at */
};

struct html_chart {
    const char *title, *unit;
    const struct html_point *points; /* in the order of x; not finite = left out */
    size_t count;
    bool is_line;
};

/* An SVG of its own; says so when there is nothing to show. */
void html_add_chart(struct text *text, const struct html_chart *chart);
