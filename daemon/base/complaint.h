/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complains about what repeats: the first time, then at doubling intervals up to an hour,
 * then once when it is over ("reachable again after 37 failures in 4 min"). Another
 * reason is told once it has stood for ten seconds.
 */
#pragma once

#include "daemon/base/log.h"
#include "daemon/base/moment.h"

#include <stdbool.h>

#define COMPLAINT_MAX 256

struct complaint {
    int64_t failures;    /* since it last worked */
    struct moment since; /* of the first of them */
    int64_t next_ns;     /* monotonic: not before then */
    int64_t interval_ns;
    int64_t changed_ns;       /* when the newest reason became another one */
    bool is_said;             /* the newest reason is in the log */
    char last[COMPLAINT_MAX]; /* the newest reason, for status pages; empty when all is
                                 well */
};

/* It failed again. Logs when it is time to; remembers `reason` always. */
void complaint_raise(struct complaint *complaint, enum log_level level, const char *room,
                     struct moment now, const char *reason);

/* Nothing new. Logs the newest reason if it is not in the log yet and it is time to. */
void complaint_remind(struct complaint *complaint, enum log_level level, const char *room,
                      struct moment now);

/* It works. Logs once, if there was anything to complain about. */
void complaint_release(struct complaint *complaint, const char *room, struct moment now,
                       const char *what);
