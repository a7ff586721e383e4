/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

struct moment moment_plus(struct moment moment, int64_t ns)
{
    return (struct moment){moment.mono_ns + ns, moment.wall_ns + ns};
}

struct moment moment_in(struct moment moment, struct moment lead)
{
    return (struct moment){.mono_ns = moment.mono_ns + lead.mono_ns,
                           .wall_ns = moment.wall_ns + lead.wall_ns};
}

double moment_seconds(struct moment earlier, struct moment later)
{
    int64_t ns = later.mono_ns - earlier.mono_ns;

    return ns > 0 ? (double)ns / (double)NS_PER_S : 0.0;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);

    *ret_day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *ret_month = (int)month;
    *ret_year = (int)(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
}

void moment_print(int64_t wall_ns, char ret_text[RFC3339_MAX])
{
    int64_t seconds = wall_ns / NS_PER_S;
    int64_t fraction = wall_ns % NS_PER_S;
    if (fraction < 0) {
        fraction += NS_PER_S;
        seconds--;
    }

    int64_t days = seconds / 86400;
    int64_t rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }

    int year, month, day;
    date_from_days(days, &year, &month, &day);

    int decimals = 3;
    int64_t shown = fraction / NS_PER_MS;
    if (fraction % NS_PER_MS != 0) {
        decimals = fraction % NS_PER_US != 0 ? 9 : 6;
        shown = decimals == 9 ? fraction : fraction / NS_PER_US;
    }
    (void)snprintf(ret_text, RFC3339_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%0*dZ", year,
                   month, day, (int)(rest / 3600), (int)(rest / 60 % 60),
                   (int)(rest % 60), decimals, (int)shown);
}

/* Reads exactly `digits` digits; -1 when there are fewer. */
static int read_digits(const char **cursor, int digits)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        char c = **cursor;
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
        (*cursor)++;
    }
    return value;
}

static bool skip(const char **cursor, char expected)
{
    if (**cursor != expected)
        return false;
    (*cursor)++;
    return true;
}

static int64_t read_fraction(const char **cursor)
{
    int64_t fraction = 0;
    int64_t unit = NS_PER_S / 10;

    if (!skip(cursor, '.') && !skip(cursor, ','))
        return 0;
    for (; **cursor >= '0' && **cursor <= '9'; (*cursor)++) {
        fraction += (**cursor - '0') * unit;
        unit /= 10;
    }
    return fraction;
}

/* The zone's offset in seconds; a missing zone is UTC. */
static int read_zone(const char **cursor, int *ret_seconds)
{
    *ret_seconds = 0;
    if (skip(cursor, 'Z') || skip(cursor, 'z'))
        return 0;
    if (**cursor != '+' && **cursor != '-')
        return 0;

    int sign = **cursor == '-' ? -1 : 1;
    (*cursor)++;
    int hours = read_digits(cursor, 2);
    bool has_minutes = skip(cursor, ':') || (**cursor >= '0' && **cursor <= '9');
    int minutes = has_minutes ? read_digits(cursor, 2) : 0;
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return -EINVAL;
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return 0;
}

static bool is_date(int year, int month, int day)
{
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_time(int hour, int minute, int second)
{
    return hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && second >= 0 &&
           second <= 60;
}

int moment_parse(const char *text, int64_t *ret_wall_ns)
{
    const char *cursor = text;
    int year = read_digits(&cursor, 4);
    bool shaped = skip(&cursor, '-');
    int month = read_digits(&cursor, 2);
    shaped = shaped && skip(&cursor, '-');
    int day = read_digits(&cursor, 2);
    if (!shaped || !is_date(year, month, day) ||
        (!skip(&cursor, 'T') && !skip(&cursor, ' ')))
        return -EINVAL;

    int hour = read_digits(&cursor, 2);
    shaped = skip(&cursor, ':');
    int minute = read_digits(&cursor, 2);
    shaped = shaped && skip(&cursor, ':');
    int second = read_digits(&cursor, 2);
    if (!shaped || !is_time(hour, minute, second))
        return -EINVAL;

    int64_t fraction = read_fraction(&cursor);
    int zone;
    if (read_zone(&cursor, &zone))
        return -EINVAL;

    int64_t days = days_from_date(year, month, day);
    if (days > 106000 || days < -106000) /* past int64 nanoseconds */
        return -EINVAL;
    *ret_wall_ns =
        (days * 86400 + INT64_C(3600) * hour + INT64_C(60) * minute + second - zone) *
            NS_PER_S +
        fraction;
    return (int)(cursor - text);
}
