/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    FIRST_CAPACITY = 32,
    INTEGER_DIGITS = 20,
    NUMBER_MAX = 32,
};

void text_init_fixed(struct text *text, char *array, size_t capacity)
{
    *text = (struct text){.data = array, .capacity = capacity};
    if (capacity)
        array[0] = '\0';
}

void text_init_heap(struct text *text)
{
    *text = (struct text){.on_heap = true};
}

void text_done(struct text *text)
{
    if (text->on_heap)
        free(text->data);
    *text = (struct text){.on_heap = text->on_heap};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data && text->capacity)
        text->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL. */
static bool reserve(struct text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (text->failed)
        return false;
    if (needed <= text->capacity)
        return true;

    size_t capacity = text->capacity ? text->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;

    char *data = text->on_heap ? realloc(text->data, capacity) : NULL;
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
    text_add_bytes(text, &c, 1);
}

void text_add_unsigned(struct text *text, uint64_t value)
{
    char digits[INTEGER_DIGITS];
    size_t start = sizeof(digits);

    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    text_add_bytes(text, digits + start, sizeof(digits) - start);
}

void text_add_integer(struct text *text, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        text_add_char(text, '-');
    text_add_unsigned(text, magnitude);
}

/*
 * Most of what machines report has few decimals. Such a number is found by scaling to an
 * integer and proved by dividing back, which is ten times faster than printf.
 */
static bool add_short_number(struct text *text, double value)
{
    static const double scales[] = {1.0,     10.0,     100.0,    1000.0,
                                    10000.0, 100000.0, 1000000.0};
    double magnitude = fabs(value);

    if (magnitude >= 1e9)
        return false;
    for (size_t decimals = 0; decimals < sizeof(scales) / sizeof(*scales); decimals++) {
        double scaled = nearbyint(magnitude * scales[decimals]);
        if (scaled / scales[decimals] != magnitude)
            continue;

        uint64_t integer = (uint64_t)scaled;
        uint64_t scale = (uint64_t)scales[decimals];
        if (value < 0)
            text_add_char(text, '-');
        text_add_unsigned(text, integer / scale);
        if (decimals == 0)
            return true;
        text_add_char(text, '.');
        for (uint64_t digit = scale / 10; digit; digit /= 10)
            text_add_char(text, (char)('0' + integer / digit % 10));
        return true;
    }
    return false;
}

void text_add_number(struct text *text, double value)
{
    char digits[NUMBER_MAX];

    if (!isfinite(value)) {
        text_add(text, "nan");
        return;
    }
    if (add_short_number(text, value))
        return;
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    text_add(text, digits);
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0 || !reserve(text, (size_t)needed))
        return;

    va_start(arguments, format);
    (void)vsnprintf(text->data + text->length, (size_t)needed + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)needed;
}

bool text_copy(char *array, size_t capacity, const char *string)
{
    size_t length = strnlen(string, capacity);
    bool fits = length < capacity;

    if (!fits)
        length = capacity - 1;
    memmove(array, string, length);
    array[length] = '\0';
    return fits;
}

/* Well-formed UTF-8 of more than one byte: Unicode 15, table 3-7. */
static const struct sequence {
    unsigned char first_from, first_to, second_from, second_to;
    size_t length;
} sequences[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool is_sequence(const unsigned char *bytes, const struct sequence *sequence)
{
    if (bytes[1] < sequence->second_from || bytes[1] > sequence->second_to)
        return false;
    for (size_t i = 2; i < sequence->length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return true;
}

size_t text_sequence_length(const char *string)
{
    const unsigned char *bytes = (const unsigned char *)string;

    if (bytes[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
        if (bytes[0] >= sequences[i].first_from && bytes[0] <= sequences[i].first_to)
            return is_sequence(bytes, &sequences[i]) ? sequences[i].length : 0;
    return 0;
}

bool text_equal_fold(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

bool text_match(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *resume = name;

    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            resume = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int text_read_number(const char *string, double *ret_value)
{
    char copy[NUMBER_MAX * 2];

    while (is_blank(*string))
        string++;
    size_t length = strlen(string);
    while (length && is_blank(string[length - 1]))
        length--;
    if (length == 0 || length >= sizeof(copy))
        return -EINVAL;
    memcpy(copy, string, length);
    copy[length] = '\0';

    char *comma = strchr(copy, ',');
    if (comma && !strchr(copy, '.'))
        *comma = '.';
    if (strspn(copy, "0123456789+-.eE") != length)
        return -EINVAL;

    char *end;
    double value = strtod(copy, &end);
    if (*end != '\0' || end == copy || !isfinite(value))
        return -EINVAL;
    *ret_value = value;
    return 0;
}

int text_read_integer(const char *string, int64_t *ret_value)
{
    char *end;

    errno = 0;
    long long integer = strtoll(string, &end, 10);
    while (is_blank(*end))
        end++;
    if (end != string && *end == '\0' && errno == 0) {
        *ret_value = integer;
        return 0;
    }

    double number;
    if (text_read_number(string, &number) || number != nearbyint(number) ||
        fabs(number) > 9007199254740992.0)
        return -EINVAL;
    *ret_value = (int64_t)number;
    return 0;
}

uint64_t text_hash(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

int64_t text_spread(const char *string, int64_t window)
{
    return (int64_t)(text_hash(TEXT_HASH_START, string, strlen(string)) %
                     (uint64_t)window);
}
