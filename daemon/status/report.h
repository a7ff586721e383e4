/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as one HTML document that needs nothing else: its cycles, tools, heat, features,
 * events, and how complete the data are. Pure: same records, same document.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/model/record.h"

struct report {
    int64_t run_seq;
    const struct record *records; /* of the run, oldest first; RUN among them */
    size_t count;
    size_t limit; /* as many were asked for; reached = the report says it is cut */
};

/* The newest RECORD_RUN of this run; NULL when there is none. */
const struct record *report_find_run(const struct report *report);

/* Tools, heat, features, events, completeness; part of report_print(). */
void report_print_tables(const struct report *report, struct text *text);

void report_print(const struct report *report, struct text *text);
