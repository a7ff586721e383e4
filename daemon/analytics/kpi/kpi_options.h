/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one machine's key figures are counted (`kpi:`). Constant after loading.
 */
#pragma once

#include "daemon/base/option.h"

enum kpi_minor_stops {
    MINOR_STOPS_AVAILABILITY, /* lost time, as ISO 22400 has it */
    MINOR_STOPS_PERFORMANCE,  /* slow production, as Nakajima has it */
};

struct kpi_options {
    bool apt_includes_load; /* loading is production: the part needs it */
    unsigned minor_stops;   /* enum kpi_minor_stops */
};

extern const struct section kpi_section;

/* The rows' own defaults. */
void kpi_options_init(struct kpi_options *options);
