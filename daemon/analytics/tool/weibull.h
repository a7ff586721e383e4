/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distribution of past lives, worn ones and those ended early: domain.md 3.7. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct life_end {
    double life;
    bool was_worn; /* false: removed while still good, so it would have lived longer */
};

struct weibull {
    double shape, scale;
    size_t failures;
};

/*
 * Maximum likelihood with right censoring. Below three failures the shape is 4 and the
 * scale comes from the median; false when there is no failure at all.
 */
bool weibull_fit(const struct life_end *ends, size_t count, struct weibull *ret_weibull);

/* The life that `share` of edges do not reach. */
double weibull_quantile(const struct weibull *weibull, double share);

/* Of what remains for an edge that has reached `age`. */
double weibull_remaining(const struct weibull *weibull, double age, double share);

double weibull_below(const struct weibull *weibull, double life);
double weibull_hazard(const struct weibull *weibull, double age);
