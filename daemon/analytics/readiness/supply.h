/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long what a machine uses up still lasts: a bar, blanks, pallets, coolant, room for
 * chips. What goes in an hour of production is learned from fall to fall. Pure; no
 * pointers, so it is saved as it stands.
 */
#pragma once

#include <stdbool.h>

struct supply_rule {
    double step;       /* a smaller fall is noise, and takes no part */
    double refill;     /* a rise of so much is a new one */
    bool bounds_early; /* before it fell: as if it fell by a step now; else not known */
};

/* Times are hours of production; at 0 none is counted yet, and no fall is timed. */
struct supply {
    double level;              /* the newest, in the signal's unit; NAN = not known */
    double lowest;             /* since it was filled; NAN = never heard */
    double falls, used, hours; /* from fall to fall, the newest eight count most */
    double since_h;            /* the last fall */
    bool is_timed;             /* that was a fall, and seen */
};

void supply_init(struct supply *supply);

/* `level` is what is left, NAN = not known now. */
void supply_observe(struct supply *supply, const struct supply_rule *rule, double level,
                    double now_h);

/* Hours of production until it has fallen to `least`; NAN = not known. */
double supply_lasts(const struct supply *supply, const struct supply_rule *rule,
                    double least, double now_h);
