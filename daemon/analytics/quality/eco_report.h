/* SPDX-License-Identifier: Apache-2.0 */
/* The events that tell what a change did. Pure. */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/quality/eco_series.h"

#define ECO_LEAST 10 /* values on each side, or nothing is compared */

struct eco_report {
    const struct machine_view *view;
    const struct record_sink *out;
    const struct record *cycle; /* the one that completed it */
    const char *change;         /* what people said of it */
    const char *others;         /* what else changed; "" = nothing */
};

void eco_report_write(const struct eco_report *report, const struct eco_table *table,
                      uint64_t context);

/* There is too little before the change; `count` cycles. */
void eco_report_too_few(const struct eco_report *report, size_t count);
