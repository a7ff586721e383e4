/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal_options.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STABLE "1um/15m"

/* A number in front of `unit`; the length of both, 0 when it is not there. */
static size_t read_quantity(const char *text, const char *unit, double *ret_value)
{
    size_t digits = strspn(text, "0123456789.");
    char number[24];

    if (!digits || digits >= sizeof(number) ||
        strncmp(text + digits, unit, strlen(unit)) != 0)
        return 0;
    memcpy(number, text, digits);
    number[digits] = '\0';
    return text_read_number(number, ret_value) ? 0 : digits + strlen(unit);
}

int thermal_read_stable(const char *text, double *ret_um, double *ret_minutes)
{
    size_t first = read_quantity(text, "um/", ret_um);

    if (!first)
        return -EINVAL;
    size_t second = read_quantity(text + first, "min", ret_minutes);
    if (!second)
        second = read_quantity(text + first, "m", ret_minutes);
    if (!second || text[first + second] || !(*ret_um > 0) || *ret_minutes < 1 ||
        *ret_minutes > 240)
        return -EINVAL;
    return 0;
}

static int check(const void *record, char reterr_sentence[256])
{
    const struct thermal_options *options = record;
    double um, minutes;

    if (!options->stable || thermal_read_stable(options->stable, &um, &minutes) == 0)
        return 0;
    (void)snprintf(reterr_sentence, 256,
                   "'stable' (%.40s) must be like 1um/15m, of 1 to 240 minutes",
                   options->stable);
    return -EINVAL;
}

static const struct option rows[] = {
    OPTION(thermal_options, sensors, .max = 16,
           .example = "[temperature.spindle, temperature.column]",
           .help = "temperatures to be followed, the first six that are heard; none "
                   "named means all"),
    OPTION(thermal_options, stable, .fallback.text = STABLE,
           .help = "a feature is stable when it grows less than this for this long"),
    OPTION(thermal_options, max_speed, .fallback.number = 12000, .min = 1, .max = 1e6,
           .unit = "rev/min", .help = "of the spindle, for its heat in air"),
    OPTION(thermal_options, rated_power, .max = 1e7, .unit = "W",
           .help = "of the spindle, for its heat; 0: the largest power seen"),
    OPTION_AS("noise", thermal_options, noise_um, .fallback.number = 2, .min = 0.001,
              .max = 1000, .unit = "um",
              .help = "standard deviation of a measurement, to begin with"),
    OPTION_AS("tool_setting", thermal_options, tool_um, .fallback.number = 3, .max = 1000,
              .unit = "um", .help = "what changing a tool may shift a dimension by"),
    OPTION_AS("lot_shift", thermal_options, lot_um, .fallback.number = 10, .max = 1000,
              .unit = "um", .help = "what another lot or fixture may shift it by"),
    {0},
};

const struct section thermal_section = {
    .name = "thermal",
    .help = "drift of dimensions: heat told apart from wear",
    .size = sizeof(struct thermal_options),
    .options = rows,
    .check = check,
};

void thermal_options_init(struct thermal_options *options)
{
    static char stable[] = STABLE;

    *options = (struct thermal_options){
        .stable = stable, .max_speed = 12000, .noise_um = 2, .tool_um = 3, .lot_um = 10};
}
