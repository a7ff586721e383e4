/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/tape.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Seconds with up to nine decimals; exact, which a double of today's seconds is not. */
static int read_seconds(const char *string, int64_t *ret_wall_ns, size_t *ret_length)
{
    const char *cursor = string + (*string == '-');
    int64_t seconds = 0;
    int64_t fraction_ns = 0;
    int64_t unit_ns = NS_PER_S / 10;

    if (!isdigit((unsigned char)*cursor))
        return -EINVAL;
    for (; isdigit((unsigned char)*cursor); cursor++) {
        if (seconds > 9000000000)
            return -EINVAL;
        seconds = seconds * 10 + (*cursor - '0');
    }
    if (seconds > 9000000000)
        return -EINVAL;
    if (*cursor == '.')
        for (cursor++; isdigit((unsigned char)*cursor); cursor++) {
            fraction_ns += (*cursor - '0') * unit_ns;
            unit_ns /= 10;
        }
    *ret_wall_ns = seconds * NS_PER_S + fraction_ns;
    if (*string == '-')
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
    if (read_seconds(string, ret_wall_ns, ret_length))
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
