/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/random.h"

#include <math.h>

static uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void random_init(struct random *random, uint64_t seed, const char *stream)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a of the stream's name */

    for (; *stream; stream++)
        hash = (hash ^ (unsigned char)*stream) * UINT64_C(0x100000001B3);
    random->state = seed ^ hash;
    (void)random_next(random);
}

double random_uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

double random_normal(struct random *random)
{
    double radius = sqrt(-2.0 * log(1.0 - random_uniform(random)));

    return radius * cos(6.283185307179586 * random_uniform(random));
}

bool random_chance(struct random *random, double probability)
{
    return random_uniform(random) < probability;
}
