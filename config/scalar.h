/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes what stands in a configuration: whole numbers, durations, sizes. Pure.
 *
 * All take the whole string, without blanks, and return 0 or -EINVAL; -ERANGE when it is
 * well written and too large.
 */
#pragma once

#include "daemon/base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Decimal, or hexadecimal as 0x1F; a leading zero does not make it octal. */
int scalar_read_integer(const char *string, int64_t *ret_value);

/* With a point, never a comma. */
int scalar_read_number(const char *string, double *ret_value);

/* true, false, yes, no, on, off, in any case. */
int scalar_read_flag(const char *string, bool *ret_value);

/* "250ms", "1.5s", "1h30m", "30d", "0"; into nanoseconds. */
int scalar_read_duration(const char *string, int64_t *ret_ns);

/* "64KiB", "10MB", "2GiB", "512"; into bytes. */
int scalar_read_size(const char *string, int64_t *ret_bytes);

/* In the largest unit that needs no fraction. */
void scalar_print_duration(struct text *text, int64_t ns);
void scalar_print_size(struct text *text, int64_t bytes);
