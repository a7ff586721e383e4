/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/zone.h"

#include "daemon/base/moment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Days from 1970-01-01 to a date in the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = floor_divide(shifted, 400);
    int64_t in_era = shifted - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int64_t year_of(int64_t day)
{
    int64_t year = 1970 + floor_divide(day * 400, 146097);

    while (days_of(year, 1, 1) > day)
        year--;
    while (days_of(year + 1, 1, 1) <= day)
        year++;
    return year;
}

int zone_weekday(int64_t day)
{
    return (int)(day + 3 - 7 * floor_divide(day + 3, 7));
}

void zone_print_day(int64_t day, char ret_text[16])
{
    int64_t year = year_of(day), month = 12;

    while (days_of(year, month, 1) > day)
        month--;
    (void)snprintf(ret_text, 16, "%04d-%02d-%02d", (int)(year % 10000), (int)month,
                   (int)(day - days_of(year, month, 1) + 1) % 100);
}

/* Reads up to three digits; -1 when there are none. */
static int64_t read_digits(const char **at)
{
    int64_t value = -1;

    for (int i = 0; i < 3 && **at >= '0' && **at <= '9'; i++, ++*at)
        value = (value < 0 ? 0 : value * 10) + (**at - '0');
    return value;
}

static bool read_name(const char **at)
{
    const char *from = *at;

    if (**at == '<') {
        const char *end = strchr(*at, '>');
        *at = end ? end + 1 : *at;
        return end != NULL;
    }
    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
        ++*at;
    return *at - from >= 3;
}

/* [+-]h[:mm[:ss]] */
static bool read_clock(const char **at, int64_t *ret_ns)
{
    int64_t sign = **at == '-' ? -1 : 1, total = 0;

    *at += **at == '-' || **at == '+';
    for (int64_t unit = NS_PER_HOUR; unit >= NS_PER_S; unit /= 60) {
        int64_t value = read_digits(at);

        if (value < 0)
            return false;
        total += value * unit;
        if (**at != ':' || unit == NS_PER_S)
            break;
        ++*at;
    }
    *ret_ns = sign * total;
    return true;
}

static bool read_month_form(const char **at, struct zone_change *change)
{
    change->month = read_digits(at);
    if (change->month < 1 || change->month > 12 || *(*at)++ != '.')
        return false;
    change->week = read_digits(at);
    if (change->week < 1 || change->week > 5 || *(*at)++ != '.')
        return false;
    change->day = read_digits(at);
    return change->day >= 0 && change->day <= 6;
}

/* ,M3.5.0/2 */
static bool read_change(const char **at, struct zone_change *change)
{
    if (*(*at)++ != ',')
        return false;
    change->form = **at == 'M' || **at == 'J' ? *(*at)++ : '0';
    change->clock_ns = 2 * NS_PER_HOUR;
    if (change->form == 'M' && !read_month_form(at, change))
        return false;
    if (change->form != 'M' && (change->day = read_digits(at)) < 0)
        return false;
    if (**at != '/')
        return true;
    ++*at;
    return read_clock(at, &change->clock_ns);
}

static bool read_rule(struct zone *zone, const char *at)
{
    int64_t west = 0;

    if (!read_name(&at) || !read_clock(&at, &west))
        return false;
    zone->standard_ns = -west;
    if (!*at)
        return true;
    if (!read_name(&at))
        return false;
    zone->has_summer = true;
    zone->summer_ns = zone->standard_ns + NS_PER_HOUR;
    if (*at && *at != ',') {
        if (!read_clock(&at, &west))
            return false;
        zone->summer_ns = -west;
    }
    if (!*at)
        at = ",M3.2.0,M11.1.0";
    return read_change(&at, &zone->start) && read_change(&at, &zone->end) && !*at;
}

int zone_read(struct zone *zone, const char *rule)
{
    memset(zone, 0, sizeof(*zone));
    if (read_rule(zone, rule))
        return 0;
    memset(zone, 0, sizeof(*zone));
    return -EINVAL;
}

static int64_t change_day(const struct zone_change *change, int64_t year)
{
    int64_t first = days_of(year, 1, 1);

    if (change->form == '0')
        return first + change->day;
    if (change->form == 'J') {
        bool leaps = days_of(year, 3, 1) - days_of(year, 2, 28) == 2;
        return first + change->day - 1 + (leaps && change->day >= 60);
    }
    int64_t begin = days_of(year, change->month, 1);
    int64_t next = change->month == 12 ? days_of(year + 1, 1, 1)
                                       : days_of(year, change->month + 1, 1);
    int64_t sunday_based = (zone_weekday(begin) + 1) % 7;
    int64_t day = begin + (change->day - sunday_based + 7) % 7 + 7 * (change->week - 1);
    return day < next ? day : day - 7;
}

static int64_t change_instant(const struct zone_change *change, int64_t year,
                              int64_t offset_ns)
{
    return change_day(change, year) * NS_PER_DAY + change->clock_ns - offset_ns;
}

int64_t zone_offset(const struct zone *zone, int64_t wall_ns)
{
    if (!zone->has_summer)
        return zone->standard_ns;

    int64_t year = year_of(floor_divide(wall_ns + zone->standard_ns, NS_PER_DAY));
    int64_t start = change_instant(&zone->start, year, zone->standard_ns);
    int64_t end = change_instant(&zone->end, year, zone->summer_ns);
    bool is_summer = start < end ? wall_ns >= start && wall_ns < end
                                 : wall_ns >= start || wall_ns < end;
    return is_summer ? zone->summer_ns : zone->standard_ns;
}

int64_t zone_day(const struct zone *zone, int64_t wall_ns)
{
    return floor_divide(wall_ns + zone_offset(zone, wall_ns), NS_PER_DAY);
}

int64_t zone_instant(const struct zone *zone, int64_t day, int64_t clock_ns)
{
    int64_t local = day * NS_PER_DAY + clock_ns;
    int64_t summer = local - zone->summer_ns, standard = local - zone->standard_ns;

    if (zone->has_summer && zone_offset(zone, summer) == zone->summer_ns)
        return summer;
    return standard;
}
