/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/tape.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Numbers of these sizes are of these units: whole seconds reach the year 2255, and what
 * counts from 1970 in thousandths was that large in 1973. Between them nothing is known.
 */
static int64_t unit_of(int64_t whole)
{
    if (whole < 9000000000)
        return NS_PER_S;
    if (whole < 100000000000)
        return 0;
    if (whole < 100000000000000)
        return NS_PER_MS;
    return whole < 100000000000000000 ? 1000 : 1;
}

/*
 * A number with decimals, of `unit_ns` each or, for 0, of the unit its size tells; exact,
 * which a double of today's seconds is not.
 */
static int read_count(const char *string, int64_t unit_ns, int64_t *ret_wall_ns,
                      size_t *ret_length)
{
    bool is_negative = *string == '-';
    const char *cursor = string + is_negative;
    int64_t fraction_ns = 0;
    int64_t whole = 0;

    if (!isdigit((unsigned char)*cursor))
        return -EINVAL;
    for (; isdigit((unsigned char)*cursor); cursor++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *cursor - '0', &whole))
            return -EINVAL;
    unit_ns = unit_ns ? unit_ns : unit_of(whole);
    if (!unit_ns || __builtin_mul_overflow(whole, unit_ns, &whole))
        return -EINVAL;
    if (*cursor == '.' || *cursor == ',')
        for (cursor++; isdigit((unsigned char)*cursor); cursor++) {
            unit_ns /= 10;
            fraction_ns += (*cursor - '0') * unit_ns;
        }
    if (__builtin_add_overflow(whole, fraction_ns, ret_wall_ns))
        return -EINVAL;
    if (is_negative)
        *ret_wall_ns = -*ret_wall_ns;
    *ret_length = (size_t)(cursor - string);
    return 0;
}

int tape_read_time(const char *string, int64_t *ret_wall_ns, size_t *ret_length)
{
    int length = moment_parse(string, ret_wall_ns);

    if (length > 0) {
        *ret_length = (size_t)length;
        return 0;
    }
    if (read_count(string, NS_PER_S, ret_wall_ns, ret_length))
        return -EINVAL;

    char after = string[*ret_length];
    if (after == 'e' || after == 'E') { /* 1.5e3: rare, and never today's seconds */
        double number = strtod(string, NULL);
        if (!(number > -1e9 && number < 9e9))
            return -EINVAL;
        *ret_wall_ns = (int64_t)(number * 1e9);
        *ret_length += strspn(string + *ret_length, "eE+-0123456789");
    }
    return 0;
}

/* "2026/03/02" as "2026-03-02". */
static void mend_date(char *stamp)
{
    if (strspn(stamp, "0123456789") == 4 && stamp[4] == '/' && strlen(stamp) > 7 &&
        stamp[7] == '/')
        stamp[4] = stamp[7] = '-';
}

/* Nothing, or that it is UTC, which a stamp without a zone is. */
static bool is_end(const char *rest)
{
    rest += strspn(rest, " ");
    return !*rest || strcmp(rest, "UTC") == 0 || strcmp(rest, "GMT") == 0;
}

int tape_read_stamp(const char *stamp, int64_t unit_ns, int64_t *ret_wall_ns)
{
    char copy[64];
    size_t length;

    if (!text_copy(copy, sizeof(copy), stamp + strspn(stamp, " ")))
        return -EINVAL;
    mend_date(copy);
    int read = moment_parse(copy, ret_wall_ns);
    if (read > 0)
        return is_end(copy + read) ? 0 : -EINVAL;
    if (strpbrk(copy, "eE") && unit_ns == 0)
        read = tape_read_time(copy, ret_wall_ns, &length);
    else
        read = read_count(copy, unit_ns, ret_wall_ns, &length);
    return read == 0 && is_end(copy + length) ? 0 : -EINVAL;
}
