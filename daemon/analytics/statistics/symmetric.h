/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small symmetric systems of equations, by Cholesky. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SYMMETRIC_MAX 12

/* Solves A x = b; false, and x = 0, when A is not positive definite. */
bool symmetric_solve(size_t size, const double a[][SYMMETRIC_MAX], const double *b,
                     double *ret_x);
