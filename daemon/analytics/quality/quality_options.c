/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/quality_options.h"

static const struct option rows[] = {
    OPTION(quality_options, charts, .fallback.flag = true,
           .help = "learn baselines in the pilot and judge cycles by them"),
    OPTION(quality_options, notice, .fallback.number = 5, .min = 2, .max = 50,
           .unit = "sigma", .help = "CUSUM limit of a notice"),
    OPTION(quality_options, page, .fallback.number = 9.5, .min = 2, .max = 50,
           .unit = "sigma", .help = "CUSUM limit that calls somebody"),
    OPTION(quality_options, winsorise, .fallback.number = 2.5, .min = 1, .max = 10,
           .unit = "sigma", .help = "single values count no more than this"),
    OPTION(quality_options, least, .fallback.integer = 30, .min = 10, .max = 500,
           .help = "good pilot cycles a baseline needs at least"),
    OPTION(quality_options, enough, .fallback.integer = 100, .min = 10, .max = 500,
           .help = "good pilot cycles from which limits are not widened any more"),
    OPTION(quality_options, persist, .fallback.integer = 30, .min = 1, .max = 10000,
           .help = "cycles after which a notice that lasts calls somebody"),
    OPTION(quality_options, eco_cycles, .fallback.integer = 30, .min = 10, .max = 50,
           .help = "good cycles after an engineering change that are compared with those "
                   "before it"),
    OPTION(quality_options, margin, .fallback.number = 0.02, .min = 0.0001, .max = 1,
           .help = "share of the cycle time below which a difference does not matter"),
    OPTION(quality_options, segment_margin, .fallback.number = 0.1, .min = 0.0001,
           .max = 1, .help = "the same of a segment's energy and load"),
    {0},
};

const struct section quality_section = {
    .name = "quality",
    .help = "how charts judge cycles",
    .size = sizeof(struct quality_options),
    .options = rows,
};

void quality_options_init(struct quality_options *options)
{
    *options = (struct quality_options){
        .charts = true,
        .notice = 5,
        .page = 9.5,
        .winsorise = 2.5,
        .least = 30,
        .enough = 100,
        .persist = 30,
        .eco_cycles = 30,
        .margin = 0.02,
        .segment_margin = 0.1,
    };
}
