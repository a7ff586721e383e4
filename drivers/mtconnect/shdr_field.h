/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a line of SHDR, between bars. Pure; the line is changed.
 */
#pragma once

/* Without the blanks at its ends. */
char *shdr_trim(char *text);

/* The next field; NULL behind the last. "a \| b" in quotes keeps its bar. */
char *shdr_field_next(char **rest);
