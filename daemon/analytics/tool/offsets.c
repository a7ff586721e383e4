/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/offsets.h"

#include <math.h>
#include <string.h>

#define NOTHING_UM 0.5
#define WEAR_UM    100.0
#define ERROR_UM   500.0
#define ZERO_UM    10.0 /* domain.md 3.1 */
#define USED_UM    20.0

static void remember(struct offset_track *track, double step)
{
    if (track->count == OFFSET_CHANGES) {
        memmove(track->steps, track->steps + 1,
                (OFFSET_CHANGES - 1) * sizeof(track->steps[0]));
        track->count--;
    }
    track->steps[track->count++] = step;
}

/* The last three changes went back and forth. */
static bool alternates(const struct offset_track *track)
{
    const double *newest = track->steps + track->count - 1;

    return track->count >= 3 && newest[0] * newest[-1] < 0 && newest[-1] * newest[-2] < 0;
}

enum offset_change offset_track_add(struct offset_track *track, double value_um)
{
    double before = track->value_um, step = value_um - before;

    track->value_um = value_um;
    if (!track->is_known) {
        track->is_known = true;
        return OFFSET_FIRST;
    }
    if (fabs(step) < NOTHING_UM)
        return OFFSET_NONE;
    if (track->is_wrong && fabs(value_um - track->right_um) <= ERROR_UM) {
        before = track->right_um; /* the error was seen and is put right */
        step = value_um - before;
        track->is_wrong = false;
        if (fabs(step) < NOTHING_UM)
            return OFFSET_NONE;
    }
    if (fabs(step) > ERROR_UM) {
        track->right_um = track->is_wrong ? track->right_um : before;
        track->is_wrong = true;
        return OFFSET_ENTRY_ERROR;
    }
    if (fabs(value_um) <= ZERO_UM && fabs(before) >= USED_UM) {
        track->count = 0;
        track->total_um = 0;
        return OFFSET_RESET;
    }
    remember(track, step);
    if (alternates(track))
        return OFFSET_OVERADJUST;
    if (fabs(step) > WEAR_UM)
        return OFFSET_LARGE;
    track->total_um += step;
    return OFFSET_WEAR;
}
