/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows by appending: line protocol, JSON, messages, tapes.
 *
 * Two kinds: over the caller's array, which is cut at its end and says so (`failed`), and
 * on the heap, which grows. Always NUL-terminated. After a failure appending does
 * nothing, so check `failed` once at the end. No locale, no clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data;
    size_t length;
    size_t capacity;
    bool on_heap;
    bool failed; /* something did not fit, or memory ran out */
};

/* Over `array`; capacity counts the NUL. */
void text_init_fixed(struct text *text, char *array, size_t capacity);

/* On the heap; nothing is allocated before the first append. End with text_done(). */
void text_init_heap(struct text *text);
void text_done(struct text *text);

/* Empties it and forgets a failure; keeps the memory. */
void text_clear(struct text *text);

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_add_integer(struct text *text, int64_t value);
void text_add_unsigned(struct text *text, uint64_t value);

/* The shortest decimal that reads back as exactly `value`; "nan" when it is not finite.
 */
void text_add_number(struct text *text, double value);

void text_add_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies into a named array, cut at its end, always terminated. Returns whether all
 * fitted. */
bool text_copy(char *array, size_t capacity, const char *string);

/* The length of the UTF-8 sequence `string` begins with; 0 when it is not one. */
size_t text_sequence_length(const char *string);

/* Equal but for case, ASCII only. */
bool text_equal_fold(const char *a, const char *b);

/* Does `name` match `pattern`, in which * stands for any run of characters? ASCII case
 * kept. */
bool text_match(const char *pattern, const char *name);

/*
 * Reads a whole decimal number with blanks around it; one comma is taken as the point, as
 * machines in European locales write it. Returns 0, or -EINVAL when anything is left
 * over.
 */
int text_read_number(const char *string, double *ret_value);

/* Reads a whole integer; "2.000000" counts as 2. Returns 0 or -EINVAL. */
int text_read_integer(const char *string, int64_t *ret_value);

/* Fowler, Noll, Vo 1a of 64 bits; goes on from `hash`, which begins as TEXT_HASH_START.
 */
#define TEXT_HASH_START UINT64_C(14695981039346656037)
uint64_t text_hash(uint64_t hash, const char *bytes, size_t length);

/* From 0 to below `window`, always the same for the same string: spreads what is due. */
int64_t text_spread(const char *string, int64_t window);
