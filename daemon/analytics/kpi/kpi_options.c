/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/kpi/kpi_options.h"

static const char *const minor_stops_names[] = {"availability", "performance", NULL};

static const struct option rows[] = {
    OPTION(kpi_options, apt_includes_load, .fallback.flag = true,
           .help =
               "loading counts as production, as ideal_cycle must then too; false for "
               "cells that load themselves"),
    OPTION(kpi_options, minor_stops, .choices = minor_stops_names,
           .fallback.choice = MINOR_STOPS_AVAILABILITY,
           .help = "what short stops cost; OEE is the same either way"),
    {0},
};

const struct section kpi_section = {
    .name = "kpi",
    .help = "how key figures are counted",
    .size = sizeof(struct kpi_options),
    .options = rows,
};

void kpi_options_init(struct kpi_options *options)
{
    options->apt_includes_load = true;
    options->minor_stops = MINOR_STOPS_AVAILABILITY;
}
