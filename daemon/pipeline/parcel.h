/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of the batch in hand are sent next, and what a verdict means for them. Pure.
 *
 * Refused: half as many rows next time, down to one, which is then dead; delivered: twice
 * as many. So k bad rows among n cost about k log n tries and the others arrive. A batch
 * that the destination answers with a failure again and again is taken apart the same
 * way, but a row alone is only suspected: it is dead when a row after it is delivered,
 * which shows that the destination works and the row is the reason. Otherwise the
 * destination is, and all of them stay. The batch after one in which such a row was found
 * is taken apart at its first failure. A destination that cannot be reached interrupts
 * all this and changes nothing.
 */
#pragma once

#include "daemon/sinks/sink.h"

enum {
    PARCEL_STUBBORN =
        5, /* answered failures of the same rows before they are suspected */
    PARCEL_SUSPECTS = 16
};

struct parcel {
    size_t count;   /* rows in hand */
    size_t low;     /* those before have been tried */
    size_t width;   /* how many to send next */
    size_t settled; /* those before are settled for good */
    int failures;   /* answered, in a row */
    bool is_isolating;
    size_t suspects[PARCEL_SUSPECTS];
    size_t suspect_count;
};

/* What follows from a verdict. */
struct parcel_step {
    size_t dead[PARCEL_SUSPECTS + 1]; /* rows that will never be taken */
    size_t dead_count;
    size_t whole;    /* so many rows from the first that was sent on are dead as well */
    bool pauses;     /* wait before the next try */
    bool is_over;    /* all rows are settled */
    bool is_dropped; /* let go of the rows; fetch them again for the next try */
};

/* `failures` of the same rows before this; keeps count over fetching them again. */
void parcel_begin(struct parcel *parcel, size_t count, int failures);

/* The rows to send: from `low`, as many as returned, at least one. */
size_t parcel_window(const struct parcel *parcel);

void parcel_settle(struct parcel *parcel, const struct settlement *settlement,
                   struct parcel_step *ret_step);
