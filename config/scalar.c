/* SPDX-License-Identifier: Apache-2.0 */
#include "config/scalar.h"

#include "daemon/base/moment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t worth;
};

/* The largest first, so that printing finds it. */
static const struct unit durations[] = {
    {"w",            7 * NS_PER_DAY},
    {"d",              NS_PER_DAY},
    {"h",NS_PER_HOUR},
    {"m",            NS_PER_MINUTE},
    {"s",              NS_PER_S},
    {"ms",NS_PER_MS},
    {"us",            NS_PER_US},
    {"ns",              1},
    {0               },
};

static const struct unit sizes[] = {
    {"TiB",                   INT64_C(1) << 40},
    {"TB",                       INT64_C(1000000000000)},
    {"GiB",INT64_C(1) << 30},
    {"GB",                   INT64_C(1000000000)},
    {"MiB",                       INT64_C(1) << 20},
    {"MB",INT64_C(1000000)},
    {"KiB",                   INT64_C(1) << 10},
    {"kB",                       INT64_C(1000)},
    {"KB",                      INT64_C(1000)},
    {"B",                   1},
    {0                      },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int scalar_read_integer(const char *string, int64_t *ret_value)
{
    const char *digits = string + (*string == '-' || *string == '+');
    bool is_hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end = NULL;

    if (!is_digit(*digits))
        return -EINVAL;
    errno = 0;
    long long value = strtoll(string, &end, is_hexadecimal ? 16 : 10);
    if (*end)
        return -EINVAL;
    if (errno == ERANGE)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int scalar_read_number(const char *string, double *ret_value)
{
    if (strchr(string, ',') || strpbrk(string, " \t\n"))
        return -EINVAL;
    return text_read_number(string, ret_value);
}

int scalar_read_flag(const char *string, bool *ret_value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (text_equal_fold(string, words[i])) {
            *ret_value = i % 2;
            return 0;
        }
    return -EINVAL;
}

/* The length of "12", "1.5" or ".5" at the start. */
static size_t number_length(const char *string)
{
    size_t length = strspn(string, "0123456789");

    if (string[length] == '.')
        length += 1 + strspn(string + length + 1, "0123456789");
    return length;
}

/* Reads a number and its unit; the longest unit that fits wins, so "ms" is not "m". */
static int read_part(const char **string, const struct unit *units, double *ret_value)
{
    char digits[32];
    size_t length = number_length(*string);
    double number = 0;
    const struct unit *found = NULL;

    if (length == 0 || length >= sizeof(digits))
        return -EINVAL;
    memcpy(digits, *string, length);
    digits[length] = '\0';
    if (text_read_number(digits, &number) < 0)
        return -EINVAL;

    *string += length;
    for (const struct unit *unit = units; unit->name; unit++)
        if (strncmp(*string, unit->name, strlen(unit->name)) == 0 &&
            (!found || strlen(unit->name) > strlen(found->name)))
            found = unit;
    if (!found)
        return -EINVAL;
    *string += strlen(found->name);
    *ret_value = number * (double)found->worth;
    return 0;
}

static int round_to_integer(double value, int64_t *ret_value)
{
    if (value >= 9.2e18)
        return -ERANGE;
    *ret_value = (int64_t)(value + 0.5);
    return 0;
}

int scalar_read_duration(const char *string, int64_t *ret_ns)
{
    double sum = 0;

    if (strcmp(string, "0") == 0) {
        *ret_ns = 0;
        return 0;
    }
    do {
        double part = 0;

        if (read_part(&string, durations, &part) < 0)
            return -EINVAL;
        sum += part;
    } while (*string);
    return round_to_integer(sum, ret_ns);
}

int scalar_read_size(const char *string, int64_t *ret_bytes)
{
    double value = 0;

    if (scalar_read_integer(string, ret_bytes) == 0)
        return *ret_bytes < 0 ? -EINVAL : 0;
    if (read_part(&string, sizes, &value) < 0 || *string)
        return -EINVAL;
    return round_to_integer(value, ret_bytes);
}

static void print(struct text *text, int64_t value, const struct unit *units)
{
    for (const struct unit *unit = units; unit->name; unit++) {
        if (value == 0 || value % unit->worth != 0)
            continue;
        text_add_integer(text, value / unit->worth);
        text_add(text, unit->name);
        return;
    }
    text_add_char(text, '0');
}

void scalar_print_duration(struct text *text, int64_t ns)
{
    print(text, ns, durations + 1);
}

void scalar_print_size(struct text *text, int64_t bytes)
{
    print(text, bytes, sizes);
}
