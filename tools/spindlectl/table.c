/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/table.h"

#include "daemon/base/moment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 16,
    CELL_MAX = 96
};

_Static_assert((int)RFC3339_MAX <= (int)CELL_MAX, "a moment fits");

static const json_t *find(const json_t *row, const char *path)
{
    char part[CELL_MAX];

    while (row && *path) {
        size_t length = strcspn(path, ".");
        (void)snprintf(part, sizeof(part), "%.*s", (int)length, path);
        row = json_object_get(row, part);
        path += length + (path[length] == '.');
    }
    return row;
}

static void print_number(double number, int decimals, char ret_cell[CELL_MAX])
{
    if (decimals == COLUMN_MOMENT)
        moment_print((int64_t)llround(number * 1e3) * NS_PER_MS, ret_cell);
    else
        (void)snprintf(ret_cell, CELL_MAX, "%.*f", decimals, number);
}

static void print_cell(const json_t *value, int decimals, char ret_cell[CELL_MAX])
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        (void)snprintf(ret_cell, CELL_MAX, "%s",
                       *json_string_value(value) ? json_string_value(value) : "-");
        break;
    case JSON_INTEGER:
        (void)snprintf(ret_cell, CELL_MAX, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL:
        print_number(json_real_value(value), decimals, ret_cell);
        break;
    case JSON_TRUE:
        (void)snprintf(ret_cell, CELL_MAX, "yes");
        break;
    case JSON_FALSE:
        (void)snprintf(ret_cell, CELL_MAX, "no");
        break;
    default:
        (void)snprintf(ret_cell, CELL_MAX, "-");
        break;
    }
}

static void print_padded(const char *cell, int width, bool to_right)
{
    (void)printf(to_right ? "%*s  " : "%-*s  ", width, cell);
}

static void measure(const json_t *rows, const struct column *columns, int *widths,
                    bool *numeric)
{
    char cell[CELL_MAX];
    size_t index;
    json_t *row;

    for (int c = 0; columns[c].path && c < COLUMNS_MAX; c++) {
        widths[c] = (int)strlen(columns[c].title);
        numeric[c] = false;
        json_array_foreach(rows, index, row)
        {
            const json_t *value = find(row, columns[c].path);
            print_cell(value, columns[c].decimals, cell);
            if ((int)strlen(cell) > widths[c])
                widths[c] = (int)strlen(cell);
            numeric[c] = numeric[c] || json_is_number(value);
        }
    }
}

void table_print(const json_t *rows, const struct column *columns, const char *empty)
{
    int widths[COLUMNS_MAX];
    bool numeric[COLUMNS_MAX];
    char cell[CELL_MAX];
    size_t index;
    json_t *row;

    if (json_array_size(rows) == 0) {
        (void)puts(empty);
        return;
    }
    measure(rows, columns, widths, numeric);
    for (int c = 0; columns[c].path && c < COLUMNS_MAX; c++)
        print_padded(columns[c].title, widths[c], numeric[c]);
    (void)putchar('\n');
    json_array_foreach(rows, index, row)
    {
        for (int c = 0; columns[c].path && c < COLUMNS_MAX; c++) {
            print_cell(find(row, columns[c].path), columns[c].decimals, cell);
            print_padded(cell, widths[c], numeric[c]);
        }
        (void)putchar('\n');
    }
}

void table_print_facts(const json_t *row, const struct column *facts)
{
    char cell[CELL_MAX];
    int width = 0;

    for (int i = 0; facts[i].path; i++)
        if ((int)strlen(facts[i].title) > width)
            width = (int)strlen(facts[i].title);
    for (int i = 0; facts[i].path; i++) {
        print_cell(find(row, facts[i].path), facts[i].decimals, cell);
        (void)printf("%-*s  %s\n", width, facts[i].title, cell);
    }
}

void table_print_heading(const struct column *columns, const int *widths)
{
    for (int c = 0; columns[c].path && c < COLUMNS_MAX; c++)
        (void)printf("%*s  ", widths[c], columns[c].title);
    (void)putchar('\n');
    (void)fflush(stdout);
}

void table_print_row(const json_t *row, const struct column *columns, const int *widths)
{
    char cell[CELL_MAX];

    for (int c = 0; columns[c].path && c < COLUMNS_MAX; c++) {
        print_cell(find(row, columns[c].path), columns[c].decimals, cell);
        (void)printf("%*s  ", widths[c], cell);
    }
    (void)putchar('\n');
    (void)fflush(stdout);
}

void table_print_json(const json_t *answer)
{
    (void)json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    (void)putchar('\n');
}
