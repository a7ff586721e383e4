/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cells of a line of a table: between commas, semicolons or tabs, and in quotes where
 * they hold one of those. Pure.
 */
#pragma once

#include <stddef.h>

/* What stands between the cells: of , ; and tab the one that a header has most of. */
char cells_find_separator(const char *header);

/*
 * Cuts the next cell off, without its quotes and the blanks around it; NULL behind the
 * last. The line is changed.
 */
char *cells_next(char **cursor, char separator);

/* Where the cell `index` begins, its quotes included; NULL when there are fewer. */
const char *cells_find(const char *line, char separator, size_t index);
