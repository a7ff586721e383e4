/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacks a RECORD_SIGNAL: many values of many signals on one row, put back into the
 * order in which they were answered. Allocates; otherwise pure. Any thread.
 */
#pragma once

#include "daemon/model/record.h"

enum packed_kind {
    PACKED_NOTHING, /* null: not known */
    PACKED_NUMBER,  /* numbers, and flags as 1 and 0 */
    PACKED_TEXT,    /* texts, and whole conditions as their JSON */
};

struct packed_value {
    const char *signal;
    int64_t wall_ns;
    size_t order; /* as it stood in the row */
    enum packed_kind kind;
    double number;
    const char *text;
    char *printed;   /* what `text` points at when it is not the row's own */
    int64_t quality; /* enum quality */
};

struct packed_values {
    struct packed_value *items; /* by time; at one time in the row's order */
    size_t count;
    void *owner; /* of the texts */
};

/*
 * A second value of a signal at the same nanosecond is moved by one nanosecond, so that
 * no point hides another; the same row always gives the same times. Returns 0, -EINVAL
 * when the row is not what packed_record promises, or -ENOMEM. End with packed_done().
 */
int packed_open(const struct record *record, struct packed_values *ret_values);
void packed_done(struct packed_values *values);
