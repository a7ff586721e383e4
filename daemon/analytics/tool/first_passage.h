/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When does a drift with noise first cross a limit? For dimensions that move in a
 * straight line: domain.md 3.6. Pure.
 */
#pragma once

struct passage {
    double margin;    /* from here to the limit, > 0 */
    double drift;     /* mean, a unit of time */
    double u_drift;   /* its standard error; 0 = known exactly */
    double diffusion; /* variance that is added in a unit of time, > 0 */
    double u_margin;  /* standard error of `margin`; 0 = known exactly */
};

/* P(crossed by t). Safe where exp(2 drift margin / diffusion) overflows. */
double passage_below(const struct passage *passage, double t);

/* The t by which `share` have crossed; infinite when so many never do. */
double passage_quantile(const struct passage *passage, double share);

/* Drift after `count` increments that sum up to `sum`, each of variance `diffusion`. */
void passage_learn(struct passage *passage, double sum, double count);
