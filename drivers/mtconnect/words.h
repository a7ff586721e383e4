/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of strings, each kept once, each with a number: data item ids, adapters' keys,
 * places. Pure but for memory. What it hands out lives as long as the table.
 */
#pragma once

#include <stddef.h>

struct word {
    char *string;
    int value;
};

struct words {
    struct word *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void words_init(struct words *words);
void words_done(struct words *words);

/* Adds `string` with `value` unless it is there already; NULL when memory ran out. */
struct word *words_add(struct words *words, const char *string, int value);

/* NULL when it is not there. */
struct word *words_find(const struct words *words, const char *string);
