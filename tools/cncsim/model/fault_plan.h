/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong on a link, and when. */
#pragma once

#include <stdint.h>

/* What a link does wrong; the first group is Modbus, the second the agent. */
enum fault_kind {
    FAULT_LATE,     /* the answer comes after `delay` */
    FAULT_DROP,     /* no answer */
    FAULT_WRONG_ID, /* another transaction id */
    FAULT_WRONG_UNIT,
    FAULT_WRONG_FUNCTION,
    FAULT_EXCEPTION, /* `value` is the code; 0 = 4, device failure */
    FAULT_TRUNCATED, /* half of the answer, then nothing */
    FAULT_OVERSIZE,  /* the length field says more than comes */
    FAULT_DRIBBLE,   /* one byte each `delay` */
    FAULT_DUPLICATE,
    FAULT_GARBAGE, /* bytes that are no frame */
    FAULT_SHORT,   /* fewer registers than asked, in a sound frame */
    FAULT_CONNECTION_RESET,
    FAULT_BLACK_HOLE, /* accepts, reads, says nothing */
    FAULT_FLAP,       /* closes, and accepts again after `delay` */
    FAULT_OVERRUN,    /* everything buffered is forgotten; readers were too slow */
    FAULT_RESTART,    /* a new instance: sequences begin again */
    FAULT_STALL,      /* streams fall silent, heartbeats too */
    FAULT_SPLIT,      /* streams in chunks of a few bytes */
    FAULT_BAD_XML,
    FAULT_HALF_DOCUMENT, /* then the connection ends */
    FAULT_KIND_COUNT,
};

struct fault_plan {
    unsigned kind; /* enum fault_kind */
    int64_t at, lasts;
    int64_t every; /* each n-th answer */
    int64_t delay;
    double value;
};

extern const char *const fault_kinds[];
