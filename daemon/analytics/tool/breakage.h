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
    BREAKAGE_AMID,     /* it cut, then no more, and the feed went on */
    BREAKAGE_OVERLOAD, /* a peak far above all before */
    BREAKAGE_HIGH,     /* much more than a worn tool draws */
};

/* What a good tool draws in this segment. */
struct breakage_norm {
    double median, sigma; /* of the energy of a fresh one */
    double worn;          /* times as much as this one drew last, 1 or more */
    double growth;        /* largest share that wear adds */
    double peak, peak_sigma;
    double tail_s;  /* the longest time that a good one cut nothing before the end */
    double seconds; /* that a segment usually takes; 0 = not known */
};

/* What was seen of one segment. */
struct breakage_sign {
    double energy, peak;
    double tail_s;   /* cut nothing before the end, after it had cut */
    double sample_s; /* mean time between two values */
    double values;   /* how many there were; too few say nothing */
};

#define BREAKAGE_VALUES 3 /* of a segment, at least: below, nothing is told */

double breakage_low(const struct breakage_norm *norm, double values);
double breakage_high(const struct breakage_norm *norm);

enum breakage breakage_judge(const struct breakage_norm *norm,
                             const struct breakage_sign *sign);

/* More than this tool has ever drawn, as a tap does in a hole that was not drilled: by 8
 * sigmas of peak or energy. Alone it says nothing. */
bool breakage_is_loaded(const struct breakage_norm *norm,
                        const struct breakage_sign *sign);

/* Two steps: one strong sign is a suspicion, a second one in the next part is a verdict,
 * and so is one that the tool after it confirms. */
struct breakage_watch {
    int in_a_row;
    bool is_suspect, is_broken;
};

enum breakage_step {
    BREAKAGE_STEP_NONE,
    BREAKAGE_STEP_SUSPECT,
    BREAKAGE_STEP_BROKEN,
    BREAKAGE_STEP_CLEARED, /* the part after a suspicion was good */
    BREAKAGE_STEP_HEALED,  /* what was broken cuts again: it is another one */
};

enum breakage_step breakage_watch_add(struct breakage_watch *watch, enum breakage verdict,
                                      bool is_confirmed);
