/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much heat the spindle makes, and what six bodies of different time constants make
 * of it (domain.md 4.2, 4.4). Best first: power, load with speed, speed, only that the
 * program runs. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/thermal/drift_bank.h"
#include "daemon/base/moment.h"
#include "daemon/model/code.h"
#include "daemon/model/sample.h"

/* Standing longer is a stop, shorter a pause (domain.md 4.3). */
#define HEAT_STOPPED_S 300.0

struct heat_limits {
    double max_speed;   /* rev/min, of the air's share; with load or power */
    double rated_power; /* W; 0 = the largest seen */
};

struct heat_input {
    double speed, load, power, running; /* NAN = never heard */
    double speed_seen, power_seen;      /* the largest */
    double input;                       /* now, 0 to 1; NAN = never known */
    double mean;                        /* of the last ten minutes or so of work */
    double mean_before;                 /* of it, when the spindle stopped */
    double states[VIRTUAL_COUNT];       /* 0 to 1 */
    bool has_cooled;                    /* stood for long, and is not warm again yet */
    struct moment at;                   /* the states are of this moment */
    struct moment idle_since;           /* input is 0 since */
    bool is_started;
};

void heat_input_init(struct heat_input *heat);

/* Lives up to `at` with the input that was; moments that are past change nothing. */
void heat_input_move(struct heat_input *heat, struct moment at);

/* Takes a sample of the spindle in; its time is where the states have been moved to. */
void heat_input_observe(struct heat_input *heat, const struct heat_limits *limits,
                        const struct sample *sample);

/* The program runs or does not; matters where nothing else is known. */
void heat_input_run(struct heat_input *heat, const struct heat_limits *limits,
                    bool is_running);

/* The spindle has cooled in a stop and is less than half as warm as its work makes it. A
 * machine whose past is not known is not called cold. */
bool heat_input_is_cold(const struct heat_input *heat);

/* How long it has made no heat; -1 = it makes some, or nothing is known. */
double heat_input_idle_s(const struct heat_input *heat, struct moment at);

/* What the states tend to, if all goes on as it is: 0 in a stop. */
double heat_input_target(const struct heat_input *heat);

bool heat_input_is_known(const struct heat_input *heat);
