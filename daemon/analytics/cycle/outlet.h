/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the cycle analytics' records go, and what every one is stamped with. Pure.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/model/sample.h"

struct calendar; /* calendar.h */

struct outlet {
    const struct record_sink *sink;
    const char *cell, *machine;
    const struct context *context;
    int64_t path;
    const struct calendar *calendar; /* NULL = always scheduled */
};

/* Machine, context and path; later paths come 1 ns later, so that ties stay apart. */
void outlet_stamp(const struct outlet *outlet, struct record *record);
void outlet_append(const struct outlet *outlet, const struct record *record);

struct notice {
    const char *code, *text;
    double value;
    int64_t cycle_no;
    enum severity severity;
};

void outlet_announce(const struct outlet *outlet, struct moment at,
                     const struct notice *notice);

/* Observations were lost, as the source counted them. */
void outlet_gap(const struct outlet *outlet, struct moment at, const struct gap *gap);
