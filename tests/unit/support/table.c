/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/table.h"

#include "tests/unit/support/recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double columns[TABLE_COLUMNS][TABLE_ROWS];

void near(double got, double want, double tolerance)
{
    double limit = tolerance * (fabs(want) > 0 ? fabs(want) : 1);

    if (!(fabs(got - want) <= limit))
        fail_msg("%.15g is not %.15g", got, want);
}

static double read_cell(const char *cell)
{
    if (strncmp(cell, "True", 4) == 0)
        return 1;
    return strtod(cell, NULL);
}

struct table table_load(const char *folder, const char *name)
{
    struct table table = {.columns = columns};
    size_t length = 0;
    char *text = recording_load(folder, name, &length);
    char *rest = NULL;

    if (!text)
        skip();
    for (char *line = strtok_r(text, "\r\n", &rest); line;
         line = strtok_r(NULL, "\r\n", &rest)) {
        if (!strchr("-.0123456789", line[0]) || table.count == TABLE_ROWS)
            continue;
        for (size_t i = 0; line && i < TABLE_COLUMNS; i++) {
            columns[i][table.count] = read_cell(line);
            line = strchr(line, ',');
            line = line ? line + 1 : NULL;
        }
        table.count++;
    }
    free(text);
    return table;
}
