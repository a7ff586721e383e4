/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/calendar.h"

#include "daemon/base/moment.h"

#include <string.h>

/* A time, and the nearest boundary after it that was met while looking. */
struct probe {
    int64_t at, until;
};

void calendar_init(struct calendar *calendar, const struct calendar_options *options)
{
    calendar->options = options;
    (void)zone_read(&calendar->zone,
                    options && options->time_zone ? options->time_zone : "UTC0");
}

static bool covers(struct probe *probe, int64_t from, int64_t to)
{
    if (from > probe->at && from < probe->until)
        probe->until = from;
    if (to > probe->at && to < probe->until)
        probe->until = to;
    return from <= probe->at && probe->at < to;
}

static bool begins_on(const struct shift_options *shift, int64_t day)
{
    char *const *days = shift->days.items;

    for (size_t i = 0; i < shift->days.count; i++)
        if (strcmp(days[i], weekday_names[zone_weekday(day)]) == 0)
            return true;
    return shift->days.count == 0;
}

static struct calendar_shift place_shift(const struct calendar *calendar,
                                         const struct shift_options *shift, int64_t day)
{
    int64_t end_day = shift->end <= shift->start ? day + 1 : day;

    return (struct calendar_shift){
        .name = shift->name ? shift->name : "",
        .from_ns = zone_instant(&calendar->zone, day, shift->start),
        .to_ns = zone_instant(&calendar->zone, end_day, shift->end),
    };
}

/* A break before the shift's own hour is one after midnight. */
static bool in_break(const struct calendar *calendar, const struct shift_options *shift,
                     int64_t day, struct probe *probe)
{
    const struct break_options *breaks = shift->breaks.items;
    bool found = false;

    for (size_t i = 0; i < shift->breaks.count; i++) {
        int64_t from_day = breaks[i].start < shift->start ? day + 1 : day;
        int64_t to_day = breaks[i].end <= breaks[i].start ? from_day + 1 : from_day;

        found |= covers(probe, zone_instant(&calendar->zone, from_day, breaks[i].start),
                        zone_instant(&calendar->zone, to_day, breaks[i].end));
    }
    return found;
}

static bool in_planned(const struct calendar *calendar, struct probe *probe)
{
    const struct planned_options *planned = calendar->options->planned.items;
    bool found = false;

    for (size_t i = 0; i < calendar->options->planned.count; i++)
        found |= covers(probe, planned[i].start, planned[i].end);
    return found;
}

/* Whether one of its days covers the probe; `pauses` when it is in a break of it. */
static bool in_shift(const struct calendar *calendar, const struct shift_options *shift,
                     int64_t today, struct probe *probe, bool *pauses)
{
    bool found = false;

    for (int64_t day = today - 1; day <= today + 1; day++) {
        struct calendar_shift placed = place_shift(calendar, shift, day);

        if (!begins_on(shift, day) || !covers(probe, placed.from_ns, placed.to_ns))
            continue;
        found = true;
        *pauses |= in_break(calendar, shift, day, probe);
    }
    return found;
}

enum calendar_class calendar_classify(const struct calendar *calendar, int64_t wall_ns,
                                      int64_t *ret_until_ns)
{
    const struct calendar_options *options = calendar->options;
    const struct shift_options *shifts = options ? options->shifts.items : NULL;
    struct probe probe = {wall_ns, wall_ns + NS_PER_DAY / 2};
    bool scheduled = !options || options->shifts.count == 0, pauses = false;
    int64_t today = zone_day(&calendar->zone, wall_ns);

    for (size_t i = 0; options && i < options->shifts.count; i++)
        scheduled |= in_shift(calendar, &shifts[i], today, &probe, &pauses);
    if (options)
        pauses |= in_planned(calendar, &probe);
    *ret_until_ns = probe.until;
    if (!scheduled)
        return CALENDAR_FREE;
    return pauses ? CALENDAR_PLANNED : CALENDAR_BUSY;
}

struct calendar_sum calendar_measure(const struct calendar *calendar, int64_t from_ns,
                                     int64_t to_ns)
{
    struct calendar_sum sum = {0, 0};

    while (from_ns < to_ns) {
        int64_t until = 0;
        enum calendar_class class = calendar_classify(calendar, from_ns, &until);

        if (until > to_ns)
            until = to_ns;
        sum.scheduled_ns += class == CALENDAR_FREE ? 0 : until - from_ns;
        sum.busy_ns += class == CALENDAR_BUSY ? until - from_ns : 0;
        from_ns = until;
    }
    return sum;
}

bool calendar_find_shift(const struct calendar *calendar, int64_t wall_ns,
                         struct calendar_shift *ret_shift)
{
    const struct calendar_options *options = calendar->options;
    const struct shift_options *shifts = options ? options->shifts.items : NULL;
    int64_t today = zone_day(&calendar->zone, wall_ns);

    for (size_t i = 0; options && i < options->shifts.count; i++) {
        for (int64_t day = today - 1; day <= today; day++) {
            struct calendar_shift shift = place_shift(calendar, &shifts[i], day);

            if (!begins_on(&shifts[i], day) || wall_ns < shift.from_ns ||
                wall_ns >= shift.to_ns)
                continue;
            *ret_shift = shift;
            return true;
        }
    }
    return false;
}

struct calendar_shift calendar_find_day(const struct calendar *calendar, int64_t wall_ns,
                                        char ret_name[16])
{
    int64_t day = zone_day(&calendar->zone, wall_ns);

    zone_print_day(day, ret_name);
    return (struct calendar_shift){
        .name = ret_name,
        .from_ns = zone_instant(&calendar->zone, day, 0),
        .to_ns = zone_instant(&calendar->zone, day + 1, 0),
    };
}
