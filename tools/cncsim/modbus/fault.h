/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bad link does to an answer, byte for byte. Works on frames it is given, so the
 * server behind it stays honest. Pure.
 */
#pragma once

#include "tools/cncsim/model/plan.h"

#include <stddef.h>

#define FRAME_MAX 600 /* two answers of the greatest length, or one and garbage */

struct delivery {
    unsigned char bytes[FRAME_MAX];
    size_t length;
    int64_t delay_ns;   /* before the first byte */
    int64_t between_ns; /* bytes come one by one with this pause; 0 = at once */
    bool silent;        /* nothing comes */
    bool closes;        /* the connection is reset instead */
    int64_t deaf_ns;    /* and then nobody is let in for so long */
};

/*
 * `answer` is what the server would say; `is_tcp` tells an MBAP frame from an RTU one.
 * Kinds of the agent's leave the answer as it is.
 */
void fault_apply(const struct fault_plan *fault, bool is_tcp, const unsigned char *answer,
                 size_t length, struct delivery *ret_delivery);

/* CRC of an RTU frame (Modbus over Serial Line 1.02, 6.2.2), low byte first in a frame.
 */
uint16_t frame_crc(const unsigned char *bytes, size_t length);
