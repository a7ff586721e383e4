/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many drift filters at once, each with its own idea of how warm the machine is: six
 * virtual states of different time constants, driven by the spindle alone, and each
 * temperature sensor. Their likelihoods weigh them (domain.md 4.4). Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/thermal/drift_filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VIRTUAL_COUNT = 6, /* members 0 to 5 */
    SENSOR_COUNT = 6,  /* the members behind them */
    BANK_MEMBERS = VIRTUAL_COUNT + SENSOR_COUNT,
};

extern const double virtual_tau_s[VIRTUAL_COUNT];

struct drift_member {
    struct drift_filter filter;
    double likelihood; /* log, accumulated */
    double weight;     /* of all, adds up to 1 */
};

struct drift_bank {
    struct drift_member members[BANK_MEMBERS];
    double noise, noise_count; /* variance of a measurement, and how sure we are */
    double neighbours; /* products of neighbouring innovations, with forgetting ... */
    double squares;    /* ... and their squares, in sigmas */
    double last;       /* innovation, in sigmas */
    int outlier; /* the last measurement could not be: 1 above, -1 below, 0 = it could */
    int64_t count;
};

/* How warm each member thinks it is. */
struct drift_inputs {
    double age;
    bool levels[DRIFT_STATES];  /* lot, fixture, override: not the first measurement's */
    double theta[BANK_MEMBERS]; /* virtual 0 to 1, sensors K; NAN = not known */
    double rise[BANK_MEMBERS];  /* of theta at full heat: 1 for virtual ones */
};

/* The mixture; um, and standard deviations that hold what lies between members too. */
struct drift_mixture {
    double wear, wear_u;             /* um a part */
    double amplitude, amplitude_u;   /* um of growth at full heat */
    double heat;                     /* growth now, um */
    double value, value_u;           /* what a measurement now would say, without noise */
    double measured;                 /* weight of the thermometers, 0 to 1 */
    double per_kelvin;               /* NAN when no sensor has weight */
    double tau_s, tau_u_s;           /* NAN when the virtual ones have no weight */
    bool tau_identified;             /* two neighbours hold more than 0.8 */
    double correlation;              /* of wear and amplitude */
    double parts[DRIFT_STATES];      /* um that each adds to a measurement now */
    double covariance[DRIFT_PACKED]; /* of the parts, lower triangle row by row */
    double soak;                     /* growth now of growth at full heat, 0 to 1 */
};

void drift_bank_init(struct drift_bank *bank, double noise_um);
void drift_bank_reopen(struct drift_bank *bank, enum drift_state state, double variance);
void drift_bank_renew(struct drift_bank *bank, enum drift_state state, double variance);

/* Correlation of neighbouring innovations: 0 where the model is a true one. */
double drift_bank_echo(const struct drift_bank *bank);

/* Standard deviation of one part, or of the gap between the sizes of two. */
double drift_mixture_u(const struct drift_mixture *mixture, int part);
double drift_mixture_gap_u(const struct drift_mixture *mixture, int part, int other);

/* Returns the mixture's innovation before the measurement is taken in. */
struct drift_innovation drift_bank_add(struct drift_bank *bank,
                                       const struct drift_inputs *inputs, double y);
void drift_bank_look(const struct drift_bank *bank, const struct drift_inputs *inputs,
                     struct drift_mixture *ret_mixture);
