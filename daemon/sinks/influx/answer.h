/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server's answer to a write means: one table from status and words to verdict.
 * delivery.md 2 says which server answers what. Pure.
 */
#pragma once

#include "daemon/loop/http.h"
#include "daemon/sinks/sink.h"

#define ANSWER_REASON_MAX 512

struct answer {
    struct http_outcome outcome;
    const char *body;       /* its beginning, terminated */
    int64_t retry_after_ns; /* of the header; 0 = none */
    size_t lines; /* in the request, when it held the whole batch; 0 = a part of it */
    const char *database; /* for the advice how to create it; may be NULL */
};

struct ruling {
    enum verdict verdict;
    int64_t retry_after_ns;
    bool is_whole; /* refused: the server dropped every line */
    bool answered; /* a 500 that the batch itself may be the reason of */
    char
        reason[ANSWER_REASON_MAX]; /* the server's words and what to do; "" = delivered */
};

void answer_judge(const struct answer *answer, struct ruling *ret_ruling);

/* Retry-After in seconds, as nanoseconds; 0 for anything else, an hour at most. */
int64_t answer_read_pause(const char *value);
