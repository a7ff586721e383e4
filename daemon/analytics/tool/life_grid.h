/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long will this edge live? A posterior over life lengths from a wear index that is
 * seen part by part: domain.md 3.5. Pure; no pointers, saved as it stands.
 *
 * Every candidate life stretches one learned curve (the template) over itself; the
 * candidate whose stretched curve fits the index best gains weight. Straight lines would
 * promise far too much on wear that accelerates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LIFE_GRID      96
#define LIFE_TEMPLATE  24
#define LIFE_QUANTILES 5

/* Mean index of a fresh-to-worn life in bins of u = age / life; falls never. */
struct life_template {
    double bins[LIFE_TEMPLATE];
};

struct life_grid {
    size_t count; /* of candidates, up to LIFE_GRID; 0 = no prior yet */
    double lives[LIFE_GRID];
    double log_prior[LIFE_GRID];
    double log_likelihood[LIFE_GRID];
};

/* What past lives say; `lives` = 0: the centre is only a catalogue's or planner's word.
 */
struct life_prior {
    double log_mean, log_sigma;
    double lives;
};

struct life_outlook {
    double q05, q10, q50, q90, q95; /* what remains, in units of life */
    double mean;                    /* expected whole life */
};

/* 1 + 0.4 (0.12 (1 - exp(-u/0.03)) + 0.60 u + 0.28 u^6): before three lives are known. */
void life_template_init(struct life_template *template);

/* Interpolated between the bins' middles; past u = 1 with the last slope. */
double life_template_at(const struct life_template *template, double u);

void life_grid_init(struct life_grid *grid, const struct life_prior *prior);

/* One index `x` (mean of 1 to 5 parts) at `age`, with noise `sigma`; `temper` is lr c. */
void life_grid_add(struct life_grid *grid, const struct life_template *template,
                   double age, double x, double sigma, double temper);

/* False when no candidate is longer than `age`. */
bool life_grid_outlook(const struct life_grid *grid, double age,
                       struct life_outlook *ret_outlook);

/* Whether it is narrow enough at `age` to be told: 80 % interval within 1.5 lives. */
bool life_outlook_says(const struct life_outlook *outlook, double age);

/* Quantiles of what remains for weights over ascending lives, linear between them. */
bool life_weights_outlook(const double *lives, const double *weights, size_t count,
                          double age, struct life_outlook *ret_outlook);
