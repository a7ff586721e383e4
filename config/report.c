/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <stdarg.h>
#include <stdio.h>

#define SENTENCE_MAX 1024

static void add(struct report *report, const char *file, size_t line, size_t column,
                const char *sentence)
{
    text_add(report->text, file);
    text_add_char(report->text, ':');
    text_add_unsigned(report->text, line);
    text_add_char(report->text, ':');
    text_add_unsigned(report->text, column);
    text_add(report->text, ": ");
    text_add(report->text, sentence);
    text_add_char(report->text, '\n');
}

void report_error(struct report *report, const char *file, size_t line, size_t column,
                  const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    report->errors++;
    add(report, file, line, column, sentence);
}

void report_error_at(struct report *report, struct node node, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    report->errors++;
    add(report, node_file(node), node_line(node), node_column(node), sentence);
}

void report_warning_at(struct report *report, struct node node, const char *format, ...)
{
    static const char mark[] = "warning: ";
    char sentence[SENTENCE_MAX];
    va_list arguments;

    (void)text_copy(sentence, sizeof(sentence), mark);
    va_start(arguments, format);
    (void)vsnprintf(sentence + sizeof(mark) - 1, sizeof(sentence) - sizeof(mark) + 1,
                    format, arguments);
    va_end(arguments);
    add(report, node_file(node), node_line(node), node_column(node), sentence);
}
