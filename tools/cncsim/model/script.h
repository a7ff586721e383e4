/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a program as timed steps, with its small variation. Pure. */
#pragma once

#include "tools/cncsim/model/plan.h"
#include "tools/cncsim/model/random.h"

#define SCRIPT_MAX 160

enum step_kind {
    STEP_CUT,
    STEP_RAPID,
    STEP_CHANGE,
    STEP_PROBE,
    STEP_PALLET,
    STEP_PROGRAM_STOP,  /* M00: takes as long as the operator does */
    STEP_OPTIONAL_STOP, /* M01 */
    STEP_COUNT,         /* the counter moves here; takes no time */
};

struct step {
    enum step_kind kind;
    int64_t ns; /* at 100 %, whole milliseconds */
    const struct block_plan *block;
    const char *tool; /* in the spindle during the step; during a change the coming one */
};

struct script {
    struct step steps[SCRIPT_MAX];
    size_t count;
};

/*
 * `tool` is in the spindle at the start ("" = none). `early_ns` > 0 puts the count that
 * long before the end; 0 leaves it out. Programs too long for SCRIPT_MAX are cut.
 */
void script_build(struct script *script, const struct program_plan *program,
                  const char *tool, int64_t early_ns, struct random *random);

/* Of all steps, at 100 %. */
int64_t script_length_ns(const struct script *script);
