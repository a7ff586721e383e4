/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/parcel.h"

void parcel_begin(struct parcel *parcel, size_t count, int failures)
{
    *parcel = (struct parcel){.count = count, .width = count, .failures = failures};
}

size_t parcel_window(const struct parcel *parcel)
{
    size_t left = parcel->count - parcel->low;

    return parcel->width < left ? parcel->width : left;
}

static void halve(struct parcel *parcel, size_t window)
{
    parcel->width = window > 1 ? window / 2 : 1;
}

/* Where one row is poison its neighbours often are: the next batch is suspected at once.
 */
static int failures_to_expect(const struct parcel *parcel)
{
    return parcel->is_isolating ? PARCEL_STUBBORN - 1 : 0;
}

/* Suspects before it are the reason after all: the destination takes others. */
static void deliver(struct parcel *parcel, size_t window, struct parcel_step *step)
{
    for (size_t i = 0; i < parcel->suspect_count; i++)
        step->dead[step->dead_count++] = parcel->suspects[i];
    parcel->suspect_count = 0;
    parcel->failures = failures_to_expect(parcel);
    parcel->low += window;
    parcel->width = window * 2;
    parcel->settled = parcel->low;
}

static void refuse(struct parcel *parcel, size_t window, bool is_whole,
                   struct parcel_step *step)
{
    if (is_whole) {
        step->whole = window;
    } else {
        halve(parcel, window);
        if (window > 1)
            return;
        step->dead[step->dead_count++] = parcel->low;
        window = 1;
    }
    parcel->low += window;
    if (parcel->suspect_count == 0)
        parcel->settled = parcel->low;
}

static void fail(struct parcel *parcel, size_t window, bool answered,
                 struct parcel_step *step)
{
    step->pauses = true;
    if (!answered) {
        parcel->failures = 0;
        step->is_dropped = parcel->width >= parcel->count;
        return;
    }
    if (!parcel->is_isolating) {
        parcel->is_isolating = ++parcel->failures >= PARCEL_STUBBORN;
        step->is_dropped = !parcel->is_isolating;
        return;
    }
    halve(parcel, window);
    if (window > 1)
        return;
    step->is_dropped = parcel->suspect_count == PARCEL_SUSPECTS;
    if (step->is_dropped)
        parcel->failures = 0;
    else
        parcel->suspects[parcel->suspect_count++] = parcel->low++;
}

void parcel_settle(struct parcel *parcel, const struct settlement *settlement,
                   struct parcel_step *ret_step)
{
    size_t window = parcel_window(parcel);

    *ret_step = (struct parcel_step){.dead_count = 0};
    switch (settlement->verdict) {
    case VERDICT_DELIVERED:
        deliver(parcel, window, ret_step);
        break;
    case VERDICT_REFUSED:
        refuse(parcel, window, settlement->is_whole, ret_step);
        break;
    case VERDICT_RETRY:
        fail(parcel, window, settlement->answered, ret_step);
        break;
    }
    if (parcel->low < parcel->count)
        return;
    ret_step->is_over = parcel->suspect_count == 0;
    ret_step->is_dropped = !ret_step->is_over;
    if (ret_step->is_dropped)
        parcel->failures = 0;
}
