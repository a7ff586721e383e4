/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/rise.h"

#include "daemon/analytics/cycle/stops.h"

#define PLATEAU_NS     (2 * NS_PER_S) /* the newest values, which have risen */
#define PLATEAU_VALUES 31

void rise_observe(struct rise *rise, int64_t at_ns, double value)
{
    uint32_t next = rise->count++ % RISE_VALUES;

    rise->recent[next].at_ns = at_ns;
    rise->recent[next].value = value;
}

static double plateau(const struct rise *rise, int64_t since_ns)
{
    double values[PLATEAU_VALUES];
    uint32_t count = 0;
    int64_t newest_ns = rise->recent[(rise->count - 1) % RISE_VALUES].at_ns;

    for (uint32_t back = 1;
         back <= rise->count && back <= RISE_VALUES && count < PLATEAU_VALUES; back++) {
        uint32_t i = (rise->count - back) % RISE_VALUES;

        if (rise->recent[i].at_ns < since_ns ||
            rise->recent[i].at_ns < newest_ns - PLATEAU_NS)
            break;
        values[count++] = rise->recent[i].value;
    }
    return stops_quantile(values, count, 0.5);
}

/* The place in `recent` of the value that was heard `back` values ago. */
static uint32_t place(const struct rise *rise, uint32_t back)
{
    return (rise->count - back) % RISE_VALUES;
}

bool rise_recall(const struct rise *rise, uint32_t back, int64_t *ret_at_ns,
                 double *ret_value)
{
    if (back >= RISE_VALUES || back >= rise->count)
        return false;

    uint32_t i = place(rise, back + 1);
    *ret_at_ns = rise->recent[i].at_ns;
    *ret_value = rise->recent[i].value;
    return true;
}

/* Values on both sides of a silence are no rise. */
static bool is_near(const struct rise *rise, uint32_t back)
{
    return rise->recent[place(rise, back)].at_ns -
               rise->recent[place(rise, back + 1)].at_ns <=
           PLATEAU_NS;
}

int64_t rise_middle(const struct rise *rise, double idle, int64_t since_ns,
                    int64_t *ret_width_ns)
{
    uint32_t kept = rise->count < RISE_VALUES ? rise->count : RISE_VALUES, back = 1;
    double middle = (idle + (rise->count ? plateau(rise, since_ns) : idle)) / 2;

    *ret_width_ns = 0;
    while (back < kept && rise->recent[place(rise, back)].at_ns > since_ns)
        back++;
    /* A light cut was half way up before it was noticed, a heavy one is so later. */
    while (back < kept && is_near(rise, back) &&
           rise->recent[place(rise, back)].value >= middle &&
           rise->recent[place(rise, back + 1)].value >= middle)
        back++;
    while (back > 1 && rise->recent[place(rise, back)].value < middle)
        back--;
    if (back >= kept)
        return since_ns;

    int64_t at_ns = rise->recent[place(rise, back)].at_ns;
    *ret_width_ns = at_ns - rise->recent[place(rise, back + 1)].at_ns;
    if (*ret_width_ns > PLATEAU_NS)
        *ret_width_ns = 0;
    return at_ns - *ret_width_ns / 2;
}
