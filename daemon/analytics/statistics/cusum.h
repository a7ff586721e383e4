/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts of a standardised value: the two-sided CUSUM that decides, the EWMA that is
 * shown (domain.md 2.5). Pure; zeroed memory is a chart that has seen nothing.
 */
#pragma once

#include <stdint.h>

struct cusum {
    double above, below;              /* C+ and C-, both >= 0 */
    int64_t above_count, below_count; /* values since each was 0 */
};

/* `k` is half the shift to be found, in sigmas: 0.5. Winsorise z before. */
void cusum_add(struct cusum *cusum, double z, double k);

/* z, but not beyond +- `limit`: one door stop is not a shift. */
double cusum_winsorise(double z, double limit);

/* The larger of C+ and C-. */
double cusum_size(const struct cusum *cusum);

/* Of the larger side: the estimated shift in sigmas, signed, and how many values ago it
 * began (the newest counts as 1). 0 while both are 0. */
double cusum_shift(const struct cusum *cusum, double k);
int64_t cusum_onset(const struct cusum *cusum);

/* Mean number of values until one side passes `h`, at a shift of `delta` sigmas towards
 * it (Siegmund 1985: b = h + 1.166). */
double cusum_run_length(double delta, double k, double h);

/* The same of both sides together. */
double cusum_run_length_both(double delta, double k, double h);

/* The h whose two-sided run length without a shift is `length`. */
double cusum_limit(double k, double length);

struct ewma {
    double value;
    int64_t count;
};

void ewma_add(struct ewma *ewma, double z, double weight);

/* Half-width of the exact limits, `width` sigmas wide (2.7 to 3). */
double ewma_limit(const struct ewma *ewma, double weight, double width);
