/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/run/part_options.h"

#include "daemon/base/moment.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

static const char *const feature_classes[] = {"other", "critical", "safety", NULL};

static int check_feature(const void *record, char reterr_sentence[256])
{
    const struct feature_options *feature = record;

    if (feature->lower >= feature->upper) {
        (void)snprintf(reterr_sentence, 256, "'lower' (%g) must be below 'upper' (%g)",
                       feature->lower, feature->upper);
        return -EINVAL;
    }
    if (feature->nominal < feature->lower || feature->nominal > feature->upper) {
        (void)snprintf(reterr_sentence, 256, "'nominal' (%g) lies outside the limits",
                       feature->nominal);
        return -EINVAL;
    }
    return 0;
}

static const struct option feature_rows[] = {
    OPTION(feature_options, name, .required = true, .is_key = true,
           .help = "name in topics, series and measurement files"),
    OPTION(feature_options, nominal, .fallback.number = NAN, .help = "drawing value"),
    OPTION(feature_options, lower, .fallback.number = NAN,
           .help = "lower limit; leave out where there is none"),
    OPTION(feature_options, upper, .fallback.number = NAN,
           .help = "upper limit; leave out where there is none"),
    OPTION(feature_options, class, .choices = feature_classes,
           .help = "what depends on it; decides limits of the gate"),
    OPTION(feature_options, tools, .example = "[\"12\"]",
           .help = "tools that cut it; none named means all"),
    OPTION(feature_options, unit, .fallback.text = "mm", .help = "of the three values"),
    OPTION(feature_options, artefact,
           .help = "a datum, ball or ring that is probed and never cut: no wear in it"),
    {0},
};

static const struct section feature_section = {
    .name = "feature",
    .help = "one dimension that is measured",
    .size = sizeof(struct feature_options),
    .options = feature_rows,
    .check = check_feature,
};

static const struct option cost_rows[] = {
    OPTION(cost_options, rate_per_h, .max = 1e6, .fallback.number = NAN, .example = "85",
           .help = "machine and operator, for an hour"),
    OPTION(cost_options, unattended_rate_per_h, .max = 1e6, .fallback.number = NAN,
           .help = "machine alone, for an hour; as rate_per_h when left out"),
    OPTION(cost_options, programming_rate_per_h, .max = 1e6, .fallback.number = NAN,
           .help = "programming, for an hour"),
    OPTION(cost_options, programming_h, .max = 1e5, .unit = "h",
           .help = "hours of programming to be shared by a run"),
    OPTION(cost_options, material, .max = 1e9, .help = "material of one part"),
    OPTION(cost_options, inspection_rate_per_h, .max = 1e6, .fallback.number = NAN,
           .help = "inspection, for an hour"),
    OPTION(cost_options, inspection_min, .max = 1e4, .unit = "min",
           .help = "time to inspect one part"),
    OPTION(cost_options, energy_per_kwh, .max = 1e4, .help = "price of a kWh"),
    OPTION(cost_options, carrying_per_year, .max = 10, .fallback.number = 0.24,
           .help = "cost of keeping stock, as a share of its value each year"),
    OPTION(cost_options, demand_per_year, .max = 1e9, .fallback.number = NAN,
           .help = "parts wanted in a year, for the batch size"),
    OPTION(cost_options, quote, .max = 1e9, .fallback.number = NAN,
           .help = "quoted cost of a part: the index' 1.0 until a production run exists"),
    OPTION(cost_options, currency, .fallback.text = "EUR", .help = "shown beside money"),
    {0},
};

static const struct section cost_section = {
    .name = "cost",
    .help = "prices; without them hours are reported",
    .size = sizeof(struct cost_options),
    .options = cost_rows,
};

static const struct option rows[] = {
    OPTION(part_options, part, .required = true, .help = "part number"),
    OPTION(part_options, op, .fallback.text = "10", .help = "operation"),
    OPTION(part_options, revision, .fallback.text = "", .help = "drawing revision"),
    OPTION(part_options, programs, .example = "[\"O1234\"]",
           .help = "programs that make it, * for any characters"),
    OPTION(part_options, ideal_cycle, .measure = MEASURE_DURATION, .max = 7 * 24 * 3600e9,
           .example = "58s", .help = "planned time for one part, for OEE and the rate"),
    OPTION(part_options, parts_per_cycle, .fallback.integer = 1, .min = 1, .max = 1000,
           .help = "parts made in one cycle"),
    OPTION(part_options, features, .entry = &feature_section, .max = 64,
           .help = "what is measured on it"),
    OPTION(part_options, cost, .entry = &cost_section, .help = "prices"),
    {0},
};

const struct section part_section = {
    .name = "part",
    .help = "one operation of one part",
    .size = sizeof(struct part_options),
    .options = rows,
};
