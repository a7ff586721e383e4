/* SPDX-License-Identifier: Apache-2.0 */
#include "config/spelling.h"

#include <string.h>

#define WORD_MAX 48

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment over three rows of the table; both words at most WORD_MAX. */
static size_t distance_between(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));

            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][width];
}

void guess_improve(struct guess *guess, const char *word, const char *candidate)
{
    size_t length = strlen(word);

    if (length > WORD_MAX || strlen(candidate) > WORD_MAX)
        return;
    size_t allowed = length < 3 ? 1 : (length + 2) / 3;
    size_t distance = distance_between(word, candidate);
    if (distance > allowed || distance >= strlen(candidate))
        return;
    if (guess->name && guess->distance <= distance)
        return;

    guess->name = candidate;
    guess->distance = distance;
}
