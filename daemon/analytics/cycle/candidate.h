/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state that is not believed at once: it is proposed, must last or be seen again, and
 * is dated when it was first seen. Pure.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/model/code.h"

#include <stdbool.h>
#include <stdint.h>

/* A state that must be confirmed before it is believed. */
struct candidate {
    bool is_settled, is_open, has_before;
    enum execution settled, next;
    enum execution before; /* seen while it waited to be settled for the first time */
    struct moment next_at, before_at;
    int64_t width_ns;  /* of the interval in which the edge lies */
    int64_t decide_ns; /* believed at this time, monotonic */
    uint32_t sightings;
};

struct proposal {
    enum execution next;
    struct moment at; /* of the sighting */
    int64_t width_ns;
    int64_t hold_ns;
};

void candidate_propose(struct candidate *candidate, const struct proposal *proposal);

/* Believes what is proposed; returns whether anything was. */
bool candidate_settle(struct candidate *candidate);
