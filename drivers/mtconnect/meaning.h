/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a data item is for us, judged by type, subType and component (domain.md 1.1).
 * Pure.
 *
 * A meaning is a wish: when several items wish for the same signal of the same path, the
 * lowest rank gets it, then the first in the document; the others are custom.
 */
#pragma once

#include "daemon/model/sample.h"
#include "drivers/mtconnect/devices.h"

enum meaning_place {
    MEANING_NOWHERE,      /* the signal has no place */
    MEANING_AT_SPINDLE,   /* the spindle's name when there are several */
    MEANING_AT_AXIS,      /* the axis' name */
    MEANING_AT_COMPONENT, /* the component's name when there are several */
    MEANING_AT_SENSOR,    /* where it is warm: spindle, X, coolant … */
    MEANING_AS_NAMED,     /* the rule's own word */
};

struct meaning {
    const char *type;
    const char *sub_type; /* NULL = any, "" = none */
    enum meaning_where {
        ANYWHERE,
        ON_SPINDLE,
        ON_AXIS, /* linear or rotary, not a spindle */
        OFF_AXIS,
        ON_COOLANT,
        ON_CHIPS,
    } where;
    enum signal signal;
    int rank;
    enum meaning_place place;
    const char *word; /* of MEANING_AS_NAMED */
};

/*
 * The meaning of `item`; NULL when it is custom: unknown, a statistic, a data set.
 * `is_spindle`: its axis turns a tool or a part. Conditions are not judged here.
 */
const struct meaning *meaning_find(const struct data_item *item, bool is_spindle);

/* Does this item show that its axis is a spindle? */
bool meaning_shows_spindle(const struct data_item *item);
