/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did the tool break, is it there at all, is it the right one? domain.md 3.9, one segment
 * after the other. Pure; no pointers.
 *
 * spindled hears loads a few times a second and after the fact: it cannot stop a cut. It
 * can say "suspect" before the next cycle starts and "broken" after the next part.
 */
#pragma once

#include <stdbool.h>

enum breakage {
    BREAKAGE_NONE,
    BREAKAGE_MISSING,  /* nothing was cut */
    BREAKAGE_LOW,      /* much less than a whole tool draws */
    BREAKAGE_OVERLOAD, /* a peak far above all before */
    BREAKAGE_HIGH,     /* much more than a worn tool draws */
};

/* What a good tool of this age draws in this segment. */
struct breakage_norm {
    double median, sigma; /* of the energy */
    double growth;        /* largest share that wear adds */
    double peak, peak_sigma;
};

double breakage_low(const struct breakage_norm *norm);
double breakage_high(const struct breakage_norm *norm);

enum breakage breakage_judge(const struct breakage_norm *norm, double energy,
                             double peak);

/* Two steps: one strong sign is a suspicion, a second one in the next part is a verdict.
 */
struct breakage_watch {
    int in_a_row;
    bool is_suspect, is_broken;
};

enum breakage_step {
    BREAKAGE_STEP_NONE,
    BREAKAGE_STEP_SUSPECT,
    BREAKAGE_STEP_BROKEN,
    BREAKAGE_STEP_CLEARED, /* the part after a suspicion was good */
};

enum breakage_step breakage_watch_add(struct breakage_watch *watch,
                                      enum breakage verdict);
