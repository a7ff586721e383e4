/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a machine's heat is followed, as configured (`thermal:`). Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"

struct thermal_options {
    struct option_list sensors; /* of char *: signals, * for any characters */
    char *stable;               /* "1um/15m" */
    double max_speed;           /* rev/min */
    double rated_power;         /* W; 0 = the largest seen */
    double noise_um, tool_um, lot_um;
};

extern const struct section thermal_section;

/* What a machine has that says nothing about heat. */
void thermal_options_init(struct thermal_options *options);

/* Reads "1um/15m"; returns 0 or -EINVAL. */
int thermal_read_stable(const char *text, double *ret_um, double *ret_minutes);
