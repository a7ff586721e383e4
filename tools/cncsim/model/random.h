/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance that can be repeated: the same seed and stream give the same numbers on every
 * machine (SplitMix64, Steele et al. 2014). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* Streams of one seed are independent: one a machine, one a faulty link. */
void random_init(struct random *random, uint64_t seed, const char *stream);

/* In [0, 1). */
double random_uniform(struct random *random);

/* Normal with mean 0 and standard deviation 1 (Box and Muller). */
double random_normal(struct random *random);

bool random_chance(struct random *random, double probability);
