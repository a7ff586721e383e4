/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complains about what repeats: the first time, then at doubling intervals up to an hour,
 * then once when it is over ("reachable again after 37 failures in 4 min").
 */
#pragma once

#include "daemon/base/log.h"
#include "daemon/base/moment.h"

#define COMPLAINT_MAX 256

struct complaint {
    int64_t failures;    /* since it last worked */
    struct moment since; /* of the first of them */
    int64_t next_ns;     /* monotonic: not before then */
    int64_t interval_ns;
    char last[COMPLAINT_MAX]; /* the newest reason, for status pages; empty when all is
                                 well */
};

/* It failed again. Logs when it is time to; remembers `reason` always. */
void complaint_raise(struct complaint *complaint, enum log_level level, const char *room,
                     struct moment now, const char *reason);

/* It works. Logs once, if there was anything to complain about. */
void complaint_release(struct complaint *complaint, const char *room, struct moment now,
                       const char *what);
