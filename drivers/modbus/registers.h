/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns register words into values: every type, every order. Pure.
 *
 * Words are as they came from the wire, high byte first within a word (the protocol's own
 * order). An order is written with letters, A the most significant byte of the value:
 * "CDAB" says which byte of the value comes first, second …
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum register_type {
    REGISTER_BOOL, /* not 0 */
    REGISTER_INT8L,
    REGISTER_INT8H,
    REGISTER_UINT8L,
    REGISTER_UINT8H,
    REGISTER_INT16,
    REGISTER_UINT16,
    REGISTER_INT32,
    REGISTER_UINT32,
    REGISTER_INT64,
    REGISTER_UINT64,
    REGISTER_FLOAT16,
    REGISTER_FLOAT32,
    REGISTER_FLOAT64,
    REGISTER_BCD16,
    REGISTER_BCD32,
    REGISTER_ENUM,   /* uint16 whose numbers are names */
    REGISTER_STRING, /* string:N, N bytes */
    REGISTER_BIT,    /* bit:N, N from 0, the least significant */
    REGISTER_BITS,   /* bits:K+N, N bits from bit K */
};

/* What has to be exchanged to bring the value's bytes into the order A B C D E F G H. */
enum register_order {
    ORDER_ABCD = 0,
    ORDER_SWAP_BYTES = 1, /* within each word */
    ORDER_SWAP_WORDS = 2, /* within each pair of words */
    ORDER_SWAP_HALVES = 4 /* of 64 bits */
};

enum string_layout {
    STRING_HIGH_FIRST, /* two characters a register, the high byte first */
    STRING_LOW_FIRST,
    STRING_LOW_BYTE, /* one character a register */
    STRING_HIGH_BYTE,
};

struct register_form {
    enum register_type type;
    unsigned order; /* enum register_order, or-ed */
    enum string_layout layout;
    unsigned bit;   /* first bit of BIT and BITS */
    unsigned count; /* bits of BITS, bytes of STRING */
};

enum register_value_kind {
    REGISTER_NOTHING, /* not a number: NaN, infinite, not BCD, bytes that are no text */
    REGISTER_INTEGER,
    REGISTER_NUMBER, /* floats, and unsigned integers beyond int64_t */
    REGISTER_TEXT,
};

#define REGISTER_TEXT_MAX 128 /* bytes of a string, without its NUL */

struct register_value {
    enum register_value_kind kind;
    int64_t integer;
    double number; /* of INTEGER and NUMBER */
    char text[REGISTER_TEXT_MAX + 1];
};

/* "float32", "string:16", "bit:3", "bits:4+2". Leaves order and layout as they are.
 * Returns 0 or -EINVAL. */
int register_form_parse(const char *string, struct register_form *form);

/* Names of orders, in the sequence of register_orders[]; ends with NULL. */
extern const char *const register_order_names[];

/* The order named by index for a value of that many words: "CDAB" of 64 bits is GHEFCDAB.
 */
unsigned register_order_of(unsigned name, size_t words);

/* Registers that a value takes: 1 to 128. */
size_t register_words(const struct register_form *form);

/* `words` holds register_words() of them. */
void register_decode(const struct register_form *form, const uint16_t *words,
                     struct register_value *ret_value);

/* value * scale + offset, divided where that is exact: 3 * 0.1 gives 0.3. */
double register_scale(double value, double scale, double offset);

/* The bytes of a frame, high byte first, as words. */
uint16_t register_word(const uint8_t *bytes);
