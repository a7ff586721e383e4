/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one machine's charts judge (`quality:`). Every row has a default that suits most
 * machines. Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"

struct quality_options {
    bool charts;                   /* false = none */
    double notice, page;           /* CUSUM limits h, in sigmas */
    double winsorise;              /* sigmas */
    int64_t least, enough;         /* cycles: below `least` nothing is judged */
    int64_t persist;               /* a notice that lasts so many cycles is a page */
    int64_t eco_cycles;            /* compared after a change, at most 50 */
    double margin, segment_margin; /* shares: smaller changes do not matter */
};

extern const struct section quality_section;

/* The rows' own defaults. */
void quality_options_init(struct quality_options *options);
