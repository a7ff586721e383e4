/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cold, warming, stable, cooling, disturbed: asked once a minute of the clock
 * (domain.md 4.3). Pure; no pointers.
 */
#pragma once

#include "daemon/model/code.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known at this minute; NAN = not known. */
struct warmth_input {
    double rate;       /* change in 15 minutes, um or K */
    double rate_max;   /* what still counts as stable */
    double soak;       /* 0 to 1 of the growth at full heat */
    double idle_s;     /* the spindle makes no heat since; < 0 = it does */
    bool is_disturbed; /* ambient or coolant stepped */
};

struct warmth {
    enum thermal_state state;
    bool is_known;        /* a minute was judged */
    int32_t calm_minutes; /* rate has been small for so long */
    int32_t disturbed_minutes;
};

/* Returns true when the state changed. */
bool warmth_minute(struct warmth *warmth, const struct warmth_input *input,
                   int32_t stable_minutes);
