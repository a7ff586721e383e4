/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/registers.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum register_type type;
} types[] = {
    {"bool",    REGISTER_BOOL   },
    {"int8l",   REGISTER_INT8L  },
    {"int8h",   REGISTER_INT8H  },
    {"uint8l",  REGISTER_UINT8L },
    {"uint8h",  REGISTER_UINT8H },
    {"int16",   REGISTER_INT16  },
    {"uint16",  REGISTER_UINT16 },
    {"int32",   REGISTER_INT32  },
    {"uint32",  REGISTER_UINT32 },
    {"int64",   REGISTER_INT64  },
    {"uint64",  REGISTER_UINT64 },
    {"float16", REGISTER_FLOAT16},
    {"float32", REGISTER_FLOAT32},
    {"float64", REGISTER_FLOAT64},
    {"bcd16",   REGISTER_BCD16  },
    {"bcd32",   REGISTER_BCD32  },
    {"enum",    REGISTER_ENUM   },
};

/* The first four serve every width; the last eight name 64 bits in full. */
const char *const register_order_names[] = {
    "ABCD",     "BADC",     "CDAB",     "DCBA",     "ABCDEFGH", "BADCFEHG", "CDABGHEF",
    "DCBAHGFE", "EFGHABCD", "FEHGBADC", "GHEFCDAB", "HGFEDCBA", NULL,
};

enum {
    SHORT_NAMES = 4
};

unsigned register_order_of(unsigned name, size_t words)
{
    if (name >= SHORT_NAMES)
        return name - SHORT_NAMES;
    if (words == 4 && (name & ORDER_SWAP_WORDS))
        return name | ORDER_SWAP_HALVES;
    return name;
}

static int parse_string(const char *string, struct register_form *form)
{
    unsigned count;
    int length = 0;

    if (sscanf(string, "string:%4u%n", &count, &length) != 1 || string[length] ||
        count == 0 || count > REGISTER_TEXT_MAX)
        return -EINVAL;
    form->type = REGISTER_STRING;
    form->count = count;
    return 0;
}

static int parse_bits(const char *string, struct register_form *form)
{
    unsigned bit, count = 1;
    int length = 0;
    bool one = sscanf(string, "bit:%2u%n", &bit, &length) == 1;

    if (!one && sscanf(string, "bits:%2u+%2u%n", &bit, &count, &length) != 2)
        return -EINVAL;
    if (string[length] || count == 0 || bit + count > 16)
        return -EINVAL;
    form->type = one ? REGISTER_BIT : REGISTER_BITS;
    form->bit = bit;
    form->count = count;
    return 0;
}

int register_form_parse(const char *string, struct register_form *form)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (strcmp(types[i].name, string) == 0) {
            form->type = types[i].type;
            return 0;
        }
    }
    return parse_string(string, form) == 0 ? 0 : parse_bits(string, form);
}

size_t register_words(const struct register_form *form)
{
    switch (form->type) {
    case REGISTER_INT32:
    case REGISTER_UINT32:
    case REGISTER_FLOAT32:
    case REGISTER_BCD32:
        return 2;
    case REGISTER_INT64:
    case REGISTER_UINT64:
    case REGISTER_FLOAT64:
        return 4;
    case REGISTER_STRING:
        return form->layout <= STRING_LOW_FIRST ? (form->count + 1) / 2 : form->count;
    default:
        return 1;
    }
}

uint16_t register_word(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* The words as one number, the order undone. */
static uint64_t gather(const struct register_form *form, const uint16_t *words)
{
    size_t count = register_words(form);
    size_t mask = (form->order & ORDER_SWAP_WORDS ? 1U : 0U) |
                  (form->order & ORDER_SWAP_HALVES ? 2U : 0U);
    uint64_t raw = 0;

    for (size_t i = 0; i < count; i++) {
        uint16_t word = words[i ^ (mask & (count - 1))];
        if (form->order & ORDER_SWAP_BYTES)
            word = (uint16_t)(word << 8 | word >> 8);
        raw = raw << 16 | word;
    }
    return raw;
}

static void set_integer(struct register_value *value, int64_t integer)
{
    value->kind = REGISTER_INTEGER;
    value->integer = integer;
    value->number = (double)integer;
}

static void set_number(struct register_value *value, double number)
{
    value->kind = isfinite(number) ? REGISTER_NUMBER : REGISTER_NOTHING;
    value->number = number;
}

static void set_unsigned(struct register_value *value, uint64_t raw)
{
    if (raw <= INT64_MAX)
        set_integer(value, (int64_t)raw);
    else
        set_number(value, (double)raw);
}

/* IEEE 754 binary16; exponent 31 is infinite or not a number. */
static double half_to_number(uint16_t raw)
{
    int exponent = raw >> 10 & 0x1f;
    double fraction = raw & 0x3ff;
    double size = exponent == 31  ? (double)NAN
                  : exponent == 0 ? ldexp(fraction, -24)
                                  : ldexp(fraction + 1024, exponent - 25);

    return raw & 0x8000 ? -size : size;
}

static double float_to_number(uint32_t raw)
{
    float number;

    memcpy(&number, &raw, sizeof(number));
    return (double)number;
}

static double double_to_number(uint64_t raw)
{
    double number;

    memcpy(&number, &raw, sizeof(number));
    return number;
}

static void set_bcd(struct register_value *value, uint64_t raw, int digits)
{
    int64_t number = 0;

    for (int i = digits - 1; i >= 0; i--) {
        uint64_t digit = raw >> (4 * i) & 0xf;
        if (digit > 9)
            return;
        number = number * 10 + (int64_t)digit;
    }
    set_integer(value, number);
}

static char character(const struct register_form *form, const uint16_t *words, size_t i)
{
    switch (form->layout) {
    case STRING_HIGH_FIRST:
        return (char)(i % 2 ? words[i / 2] & 0xff : words[i / 2] >> 8);
    case STRING_LOW_FIRST:
        return (char)(i % 2 ? words[i / 2] >> 8 : words[i / 2] & 0xff);
    case STRING_LOW_BYTE:
        return (char)(words[i] & 0xff);
    case STRING_HIGH_BYTE:
        return (char)(words[i] >> 8);
    }
    return '\0';
}

/* Ends at a NUL; blanks at the end are padding. Only printable ASCII is believed. */
static void set_text(struct register_value *value, const struct register_form *form,
                     const uint16_t *words)
{
    size_t length = 0;

    for (; length < form->count; length++) {
        char c = character(form, words, length);
        if (!c)
            break;
        if (c < ' ' || c > '~')
            return;
        value->text[length] = c;
    }
    while (length > 0 && value->text[length - 1] == ' ')
        length--;
    value->text[length] = '\0';
    value->kind = REGISTER_TEXT;
}

/* The half of a word that an 8-bit type means. */
static uint8_t byte_of(enum register_type type, uint64_t raw)
{
    bool is_high = type == REGISTER_INT8H || type == REGISTER_UINT8H;

    return (uint8_t)(is_high ? raw >> 8 : raw & 0xff);
}

void register_decode(const struct register_form *form, const uint16_t *words,
                     struct register_value *ret_value)
{
    uint64_t raw = form->type == REGISTER_STRING ? 0 : gather(form, words);

    ret_value->kind = REGISTER_NOTHING;
    switch (form->type) {
    case REGISTER_BOOL:
        set_integer(ret_value, raw != 0);
        break;
    case REGISTER_INT8L:
    case REGISTER_INT8H:
        set_integer(ret_value, (int8_t)byte_of(form->type, raw));
        break;
    case REGISTER_UINT8L:
    case REGISTER_UINT8H:
        set_integer(ret_value, byte_of(form->type, raw));
        break;
    case REGISTER_INT16:
        set_integer(ret_value, (int16_t)raw);
        break;
    case REGISTER_INT32:
        set_integer(ret_value, (int32_t)raw);
        break;
    case REGISTER_INT64:
        set_integer(ret_value, (int64_t)raw);
        break;
    case REGISTER_UINT16:
    case REGISTER_UINT32:
    case REGISTER_UINT64:
    case REGISTER_ENUM:
        set_unsigned(ret_value, raw);
        break;
    case REGISTER_FLOAT16:
        set_number(ret_value, half_to_number((uint16_t)raw));
        break;
    case REGISTER_FLOAT32:
        set_number(ret_value, float_to_number((uint32_t)raw));
        break;
    case REGISTER_FLOAT64:
        set_number(ret_value, double_to_number(raw));
        break;
    case REGISTER_BCD16:
        set_bcd(ret_value, raw, 4);
        break;
    case REGISTER_BCD32:
        set_bcd(ret_value, raw, 8);
        break;
    case REGISTER_STRING:
        set_text(ret_value, form, words);
        break;
    case REGISTER_BIT:
    case REGISTER_BITS:
        set_integer(ret_value, (int64_t)(raw >> form->bit & ((1U << form->count) - 1)));
        break;
    }
}

double register_scale(double value, double scale, double offset)
{
    double divisor = round(1 / scale);

    if (fabs(scale) < 1 && fabs(divisor) <= 1e9 && fabs(scale * divisor - 1) < 1e-12)
        return value / divisor + offset;
    return value * scale + offset;
}
