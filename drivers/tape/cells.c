/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/cells.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

/* The end of the cell that begins here: its separator, or the end of the line. */
static const char *find_end(const char *cell, char separator)
{
    const char *end = cell;

    if (*cell == '"') {
        for (end++; *end && (*end != '"' || end[1] == '"'); end++)
            end += *end == '"';
    }
    while (*end && *end != separator)
        end++;
    return end;
}

char cells_find_separator(const char *header)
{
    static const char candidates[] = ",;\t";
    size_t most = 0;
    char best = ',';

    for (const char *candidate = candidates; *candidate; candidate++) {
        const char *cell = header;
        size_t count = 0;
        for (; *(cell = find_end(cell, *candidate)); cell++)
            count++;
        if (count > most) {
            most = count;
            best = *candidate;
        }
    }
    return best;
}

/* Quotes of a quoted cell away, doubled ones single; what follows the last is dropped. */
static void unquote(char *cell)
{
    char *to = cell;
    const char *from = cell + 1;

    for (; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    *to = '\0';
}

char *cells_next(char **cursor, char separator)
{
    char *cell = *cursor;

    if (!cell)
        return NULL;
    char *end = cell + (find_end(cell, separator) - cell);
    *cursor = *end ? end + 1 : NULL;
    *end = '\0';
    if (*cell == '"') {
        unquote(cell);
        return cell;
    }
    cell += strspn(cell, blanks);
    size_t length = strlen(cell);
    while (length && strchr(blanks, cell[length - 1]))
        cell[--length] = '\0';
    return cell;
}

const char *cells_find(const char *line, char separator, size_t index)
{
    for (; index; index--) {
        line = find_end(line, separator);
        if (!*line)
            return NULL;
        line++;
    }
    return line;
}
