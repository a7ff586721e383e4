/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as a table for people: columns as wide as they need, numbers to the right.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct column {
    const char *title;
    const char
        *path;    /* member of a row; "job.part" goes into objects; NULL ends the list */
    int decimals; /* of numbers; COLUMN_MOMENT: they are seconds UTC */
};

#define COLUMN_MOMENT (-1)

/* Prints an array of objects; what is not known is "-". Says `empty` when there are no
 * rows. */
void table_print(const json_t *rows, const struct column *columns, const char *empty);

/* One object as lines of title and value, the titles in their order. */
void table_print_facts(const json_t *row, const struct column *facts);

/* The heading and one row, for output as things happen; a width for each column, negative
 * for text to the left. */
void table_print_heading(const struct column *columns, const int *widths);
void table_print_row(const json_t *row, const struct column *columns, const int *widths);

/* The answer as JSON on stdout, with --json. */
void table_print_json(const json_t *answer);
