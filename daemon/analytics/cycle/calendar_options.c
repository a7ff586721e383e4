/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/calendar_options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <string.h>

const char *const weekday_names[] = {"mon", "tue", "wed", "thu",
                                     "fri", "sat", "sun", NULL};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "06:00" or "24:00" into nanoseconds since midnight. */
static int read_clock(const char *scalar, void *field, char reterr_expected[128])
{
    const char *colon = strchr(scalar, ':');
    size_t hours = colon ? (size_t)(colon - scalar) : 0;
    int64_t minutes = 0;

    (void)text_copy(reterr_expected, 128, "a time of day like 06:00 or 22:30");
    if (hours < 1 || hours > 2 || strlen(colon + 1) != 2 || !is_digit(colon[1]) ||
        !is_digit(colon[2]))
        return -EINVAL;
    for (size_t i = 0; i < hours; i++) {
        if (!is_digit(scalar[i]))
            return -EINVAL;
        minutes = minutes * 10 + INT64_C(60) * (scalar[i] - '0');
    }
    int64_t rest = (colon[1] - '0') * 10 + (colon[2] - '0');
    minutes += rest;
    if (rest > 59 || minutes > INT64_C(24) * 60)
        return -EINVAL;

    *(int64_t *)field = minutes * 60 * NS_PER_S;
    return 0;
}

static int read_date(const char *scalar, void *field, char reterr_expected[128])
{
    (void)text_copy(reterr_expected, 128,
                    "a date and time like 2026-12-24T14:00:00+01:00");
    int length = moment_parse(scalar, field);
    return length > 0 && !scalar[length] ? 0 : -EINVAL;
}

static int check_planned(const void *record, char reterr_sentence[256])
{
    const struct planned_options *planned = record;

    if (planned->start < planned->end)
        return 0;
    (void)text_copy(reterr_sentence, 256, "'end' must come after 'start'");
    return -EINVAL;
}

static const struct option break_rows[] = {
    OPTION(break_options, start, .required = true, .parse = read_clock,
           .example = "\"09:00\"", .help = "local time it begins"),
    OPTION(break_options, end, .required = true, .parse = read_clock,
           .example = "\"09:15\"", .help = "local time it ends"),
    {0},
};

static const struct section break_section = {
    .name = "break",
    .help = "a pause that is planned",
    .size = sizeof(struct break_options),
    .options = break_rows,
};

static const struct option shift_rows[] = {
    OPTION(shift_options, name, .required = true, .is_key = true,
           .help = "name in reports: early, late, night"),
    OPTION(shift_options, start, .required = true, .parse = read_clock,
           .example = "\"06:00\"", .help = "local time it begins"),
    OPTION(shift_options, end, .required = true, .parse = read_clock,
           .example = "\"14:00\"",
           .help = "local time it ends; at or before start means the next day"),
    OPTION(shift_options, days, .choices = weekday_names, .max = 7,
           .example = "[mon, tue, wed, thu, fri]",
           .help = "days on which it begins; every day when left out"),
    OPTION(shift_options, breaks, .entry = &break_section, .max = 16, .help = "breaks"),
    {0},
};

static const struct section shift_section = {
    .name = "shift",
    .help = "hours in which the machines are meant to work",
    .size = sizeof(struct shift_options),
    .options = shift_rows,
};

static const struct option planned_rows[] = {
    OPTION(planned_options, name, .fallback.text = "planned", .help = "what for"),
    OPTION(planned_options, start, .required = true, .parse = read_date,
           .example = "2026-12-24T14:00:00+01:00", .help = "when it begins"),
    OPTION(planned_options, end, .required = true, .parse = read_date,
           .example = "2027-01-04T06:00:00+01:00", .help = "when it ends"),
    {0},
};

static const struct section planned_section = {
    .name = "planned",
    .help = "a stop on known dates: maintenance, holidays",
    .size = sizeof(struct planned_options),
    .options = planned_rows,
    .check = check_planned,
};

static const struct option rows[] = {
    OPTION(calendar_options, time_zone, .fallback.text = "UTC0",
           .example = "Europe/Berlin", .help = "of the shifts' hours"),
    OPTION(calendar_options, shifts, .entry = &shift_section, .max = 32,
           .help = "when the machines are meant to work; always, when none is given"),
    OPTION(calendar_options, planned, .entry = &planned_section, .max = 1000,
           .help = "stops on known dates"),
    {0},
};

const struct section calendar_section = {
    .name = "calendar",
    .help = "when the shop means to work",
    .size = sizeof(struct calendar_options),
    .options = rows,
};
