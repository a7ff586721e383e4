/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators type into the wear-offset page, as evidence of wear: domain.md 3.10.
 * Pure; no pointers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OFFSET_CHANGES 8

enum offset_change {
    OFFSET_NONE,        /* nothing moved */
    OFFSET_FIRST,       /* the first value that was heard */
    OFFSET_WEAR,        /* follows wear, as it should */
    OFFSET_RESET,       /* back to zero: a new edge, if other evidence agrees */
    OFFSET_OVERADJUST,  /* back and forth: it chases noise and doubles the variance */
    OFFSET_ENTRY_ERROR, /* more than anybody corrects */
    OFFSET_LARGE,       /* too much for wear, too little for an error: geometry */
};

struct offset_track {
    double value_um; /* the newest */
    double total_um; /* of wear adjustments since the edge is new */
    double steps[OFFSET_CHANGES];
    size_t count;    /* of steps, the newest last */
    double right_um; /* before the error that stands, when is_wrong */
    bool is_known, is_wrong;
};

enum offset_change offset_track_add(struct offset_track *track, double value_um);
