/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of numbers from recordings, and how near a number must come to a published
 * one. A test that asks for a file that is not there is skipped.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TABLE_ROWS    1100
#define TABLE_COLUMNS 4

/* Belongs to the module; the next table_load() overwrites it. */
struct table {
    double (*columns)[TABLE_ROWS];
    size_t count;
};

/* Lines without a number at their start are headings. "True" is 1, "False" is 0. */
struct table table_load(const char *folder, const char *name);

/* Fails unless `got` is within `tolerance` times `want`, or within it when `want` is 0.
 */
void near(double got, double want, double tolerance);
