/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive least squares with forgetting (domain.md 3.4). Pure; no pointers in it, so it
 * is saved as it stands.
 */
#pragma once

#include <stddef.h>

#define RECURSIVE_MAX 8

struct recursive {
    size_t size;       /* of the model, up to RECURSIVE_MAX */
    double forgetting; /* 0.9 to 1; 1 forgets nothing */
    double most;       /* trace of the covariance at which it stops growing */
    double theta[RECURSIVE_MAX];
    double covariance[RECURSIVE_MAX][RECURSIVE_MAX];
};

/* theta = 0, covariance = `scale` times the identity. */
void recursive_init(struct recursive *recursive, size_t size, double forgetting,
                    double scale);

/* One observation y of phi' theta. Returns the innovation, y minus what was expected. */
double recursive_add(struct recursive *recursive, const double *phi, double y);

double recursive_predict(const struct recursive *recursive, const double *phi);

/* phi' P phi: times the noise variance it is that of the prediction. */
double recursive_variance(const struct recursive *recursive, const double *phi);
