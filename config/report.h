/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects complaints as "file:line:column: sentence" lines; none after the first lost.
 */
#pragma once

#include "config/document.h"
#include "daemon/base/text.h"

struct report {
    struct text *text; /* borrowed */
    size_t errors;
};

/* Lines and columns count from 1. */
void report_error(struct report *report, const char *file, size_t line, size_t column,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void report_error_at(struct report *report, struct node node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Marked as such; does not count as an error. */
void report_warning_at(struct report *report, struct node node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
