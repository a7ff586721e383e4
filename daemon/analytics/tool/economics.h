/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When replacing an edge is cheapest, and what may run without people: domain.md 3.10 and
 * 3.11. Pure.
 */
#pragma once

#include "daemon/analytics/tool/taylor.h"
#include "daemon/analytics/tool/weibull.h"

/* Prices of one machining operation. */
struct edge_prices {
    double change_min;   /* to change the tool */
    double edge;         /* cost of a cutting edge */
    double minute;       /* of machine and operator */
    double handling_min; /* to load and unload a part */
};

/* The edge life, min, that makes parts fastest, and the one that makes them cheapest. */
double economics_fastest_life(const struct taylor *taylor,
                              const struct edge_prices *prices);
double economics_cheapest_life(const struct taylor *taylor,
                               const struct edge_prices *prices);

struct part_cost {
    double cutting_min, minutes, cost;
};

/* A part that needs `path_m` m of cutting path at `speed` m/min with `feed_mm` a turn is
 * given by its cutting time; edges are shared by fractions. */
struct part_cost economics_part(const struct edge_prices *prices, double cutting_min,
                                double edge_life_min);

struct replacement {
    double age;  /* replace here; infinite = run to failure */
    double cost; /* a unit of life, at that age */
    double run_to_failure;
};

/* Age replacement (Barlow, Proschan): `planned` is the cost of a replacement in time,
 * `failure` that of one too late. */
struct replacement economics_replace(const struct weibull *weibull, double planned,
                                     double failure);

struct mtbf {
    double mean, lower; /* h; the mean is infinite without stops */
};

/* `lower` is the one-sided 95 % bound; also honest after 0 stops. */
struct mtbf economics_mtbf(double stops, double hours);

/* The probability that `hours` pass without a stop, exp(-hours/mtbf_h); NAN when the mean
 * is not known. */
double economics_undisturbed(double mtbf_h, double hours);
